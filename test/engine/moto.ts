import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { supervisePrograms } from '../cluster/supervised-programs.ts';
import { locatePython } from '../../tools/real-parts/locate.ts';
import { type AwsClient, connectAws } from './aws-client.ts';
import { objectOf, textOf } from './aws-kind.ts';

/** Variables by which a client of AWS finds moto. */
export type AwsVariables = Readonly<Record<string, string>>;

export interface Moto {
  /** Variables of somebody who is logged in to an account; moto tells accounts apart by their credentials. */
  logIn(this: void, account: string): Promise<AwsVariables>;
  connect(this: void, variables: AwsVariables): AwsClient;
  /** Whether calls with credentials that moto did not give out are refused. */
  requireLogin(this: void, required: boolean): Promise<void>;
  stop(this: void): Promise<void>;
}

const region = 'us-west-2';

const connect = (variables: AwsVariables): AwsClient => connectAws({ PATH: process.env['PATH'], ...variables });

/**
 * AWS as moto has it, empty, on loopback; it ends with this process.
 * @param environment settings of moto, default its own
 */
export async function startMoto(environment: Readonly<Record<string, string>> = {}): Promise<Moto> {
  const [port] = await findFreePorts(1);
  const programs = supervisePrograms();
  const url = `http://127.0.0.1:${port}`;
  const words = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  programs.start({ name: 'moto', path: locatePython(), arguments: words, environment });
  const isUp = async (): Promise<boolean> => (await fetch(`${url}/moto-api/`)).ok;
  await eventually(isUp, { intervalMs: 200, giveUp: programs.failure });
  const common = { AWS_ENDPOINT_URL: url, AWS_REGION: region, AWS_DEFAULT_REGION: region };
  return {
    connect,
    logIn: async (account) => {
      const anybody = { ...common, AWS_ACCESS_KEY_ID: 'anybody', AWS_SECRET_ACCESS_KEY: 'anything' };
      const client = connect(anybody);
      const parameters = { RoleArn: `arn:aws:iam::${account}:role/deployer`, RoleSessionName: 'deployer' };
      const { Credentials } = await client.call('sts', 'assume_role', parameters);
      client.close();
      const { AccessKeyId, SecretAccessKey, SessionToken } = objectOf(Credentials);
      return {
        ...common,
        AWS_ACCESS_KEY_ID: textOf(AccessKeyId),
        AWS_SECRET_ACCESS_KEY: textOf(SecretAccessKey),
        AWS_SESSION_TOKEN: textOf(SessionToken),
      };
    },
    requireLogin: async (required) => {
      // moto counts the calls that it lets pass
      const body = required ? '0' : '1000000';
      const answer = await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body });
      if (!answer.ok) throw new Error(`moto: got ${answer.status} for reset-auth`);
    },
    stop: programs.stop,
  };
}
