import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateFolder } from '../../tools/real-parts/locate.ts';
import { rabbitmqPart } from '../../tools/real-parts/parts.ts';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { supervisePrograms } from '../cluster/supervised-programs.ts';
import { type Login, type Management, manage } from './management.ts';

export interface Rabbitmq {
  /** Management API as its administrator, whom the cluster operator would generate. */
  readonly administrator: Management;
  /** Management API as anybody else. */
  as(this: void, login: Login): Management;
  readonly amqpPort: number;
  /** Kills the node and starts it again with what it had on its disk. */
  restart(this: void): Promise<void>;
  stop(this: void): Promise<void>;
}

/** A RabbitMQ node of its own on loopback, without the user guest; it ends with this process. */
export async function startRabbitmq(): Promise<Rabbitmq> {
  const root = locateFolder(rabbitmqPart);
  if (root === undefined) throw new Error('no RabbitMQ found, make it with: make real-parts PART=rabbitmq');
  const [amqpPort = 0, managementPort, distributionPort, epmdPort] = await findFreePorts(4);
  const programs = supervisePrograms();
  const home = join(programs.folder, 'home');
  mkdirSync(home);
  const file = (name: string): string => join(programs.folder, name);
  const login = { username: 'administrator', password: randomBytes(16).toString('hex') };
  writeFileSync(
    file('rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${amqpPort}`,
      'management.tcp.ip = 127.0.0.1',
      `management.tcp.port = ${managementPort}`,
      `default_user = ${login.username}`,
      `default_pass = ${login.password}`,
      // milliseconds; what tests wait for is counted sooner
      'collect_statistics_interval = 1000',
      '',
    ].join('\n'),
  );
  writeFileSync(file('advanced.config'), '[{rabbit, [{quorum_tick_interval, 1000}]}].');
  writeFileSync(file('enabled_plugins'), '[rabbitmq_management].');
  const erlang = join(root, 'usr/lib/erlang/bin');
  const environment = {
    HOME: home,
    PATH: `${erlang}:${process.env['PATH'] ?? ''}`,
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'knative-lambda@localhost',
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: file('data'),
    RABBITMQ_LOG_BASE: file('log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_PID_FILE: file('pid'),
    RABBITMQ_CONFIG_FILE: file('rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: file('none'),
    RABBITMQ_ADVANCED_CONFIG_FILE: file('advanced.config'),
    RABBITMQ_GENERATED_CONFIG_DIR: file('generated'),
    RABBITMQ_FEATURE_FLAGS_FILE: file('feature_flags'),
    RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins'),
  };
  // the node would start one that outlives it
  programs.start({ name: 'epmd', path: join(erlang, 'epmd'), arguments: [], environment });
  const server = { name: 'rabbitmq', path: serverProgram(root), arguments: [], environment } as const;
  programs.start(server);
  const as = (other: Login): Management => manage(`http://127.0.0.1:${managementPort}/api`, other);
  const administrator = as(login);
  const isUp = async (): Promise<boolean> => (await administrator.request('GET', '/overview')).status === 200;
  const untilUp = () => eventually(isUp, { intervalMs: 200, giveUp: programs.failure });
  await untilUp();
  const restart = async (): Promise<void> => {
    await programs.end(server.name, 'SIGKILL');
    programs.start(server);
    await untilUp();
  };
  return { administrator, as, amqpPort, restart, stop: programs.stop };
}

function serverProgram(root: string): string {
  const versions = join(root, 'usr/lib/rabbitmq/lib');
  const paths = readdirSync(versions).map((name) => join(versions, name, 'sbin/rabbitmq-server'));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`no rabbitmq-server in ${versions}`);
  return found;
}
