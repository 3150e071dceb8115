import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../../stacks/index.ts';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { type SupervisedPrograms, supervisePrograms } from '../cluster/supervised-programs.ts';
import { copyProject, type Project, type Run } from '../golden/project.ts';
import { writeBaseImages } from './base-image.ts';
import { type ContainerTools, prepareContainerTools } from './container-tools.ts';
import {
  findProcess,
  type ImageConfiguration,
  imageConfiguration,
  readProcess,
  startContainer,
  writeContainerBundle,
} from './container.ts';
import { type ImageRegistry, startImageRegistry } from './image-registry.ts';

const repository = 'knative-lambda-operator';
const base = 'localhost/node-base:test';
const releases = z.object({
  operator: z.record(z.string(), z.object({ tag: z.string(), digest: z.string().nullable() })),
});
const index = z.object({
  manifests: z.array(z.object({ platform: z.object({ os: z.string(), architecture: z.string() }) })),
});

let programs: SupervisedPrograms;
let tools: ContainerTools;
let registry: ImageRegistry;
let project: Project;
let pushed: Run;

const buildah = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(tools.buildah, args, {
    encoding: 'utf8',
    env: { ...process.env, ...tools.environment },
  });
  if (status !== 0) throw new Error(`buildah ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
};

const verb = (name: string, variables: Readonly<Record<string, string>> = {}): Run =>
  project.run(process.execPath, ['--import', 'tsx', 'tools/image/main.ts', name], {
    ...tools.environment,
    NODE_IMAGE: base,
    BUILDER: 'buildah',
    TAG: '',
    PLATFORMS: '',
    ...variables,
  });

beforeAll(async () => {
  programs = supervisePrograms();
  tools = prepareContainerTools(programs.folder);
  registry = await startImageRegistry(programs);
  for (const { platform, context } of writeBaseImages(join(programs.folder, 'base'))) {
    buildah('build', '--quiet', '--platform', platform, '--manifest', base, context);
  }
  project = copyProject();
  copyFileSync(join(projectRoot, 'VERSION'), join(project.folder, 'VERSION'));
  const stack = join(project.folder, 'stacks', 'pro.ts');
  writeFileSync(stack, readFileSync(stack, 'utf8').replace("pull: 'localhost:5001'", `pull: '${registry.host}'`));
  pushed = verb('build-and-push-all-pro');
});

afterAll(async () => {
  project.remove();
  await programs.stop();
});

const get = async (port: number, path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}${path}`)).text();

/** The digest that the verb printed. */
const digest = (): string => / *@(sha256:[0-9a-f]{64})\n$/.exec(pushed.stdout)?.[1] ?? pushed.stderr;

describe('make build-and-push-all-<env>', () => {
  test('pushes the tag that the manifests name, for every platform', async () => {
    expect(pushed).toMatchObject({ code: 0, stdout: `${registry.host}/${repository}:v0.1.0@${digest()}\n` });
    const { digest: served, body } = await registry.manifest(repository, 'v0.1.0');
    expect(served).toBe(digest());
    const platforms = index.parse(body).manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`);
    expect(platforms.toSorted()).toEqual(['linux/amd64', 'linux/arm64']);
  });

  test('writes the digest to stacks/releases.yaml, keeps its comments and says what is next', () => {
    const text = readFileSync(join(project.folder, 'stacks', 'releases.yaml'), 'utf8');
    expect(releases.parse(parse(text)).operator['pro']).toMatchObject({ tag: 'v0.1.0', digest: digest() });
    expect(text).toContain('# {"$imagepolicy": "flux-system:knative-lambda-dev:tag"}');
    expect(pushed.stderr).toContain('make synth');
  });

  test('prints what it runs', () => {
    expect(pushed.stderr).toContain('buildah build --layers --platform linux/amd64,linux/arm64 ');
    expect(pushed.stderr).toContain(' manifest push --all --rm ');
  });

  test('fails with the reason of each builder where none works', () => {
    const { code, stderr } = verb('build-and-push-all-pro', { BUILDER: '', PATH: join(programs.folder, 'nothing') });
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      'builder: got none that works, allowed docker, podman, buildah; install or start one',
      '  docker is not installed',
      '  podman is not installed',
      '  buildah is not installed',
    ]);
  });

  test('fails on a registry that is not there, with what the builder said, and records nothing', () => {
    const [stack, file] = ['pro.ts', 'releases.yaml'].map((name) => join(project.folder, 'stacks', name));
    const [values, before] = [readFileSync(stack ?? '', 'utf8'), readFileSync(file ?? '', 'utf8')];
    writeFileSync(stack ?? '', values.replace(registry.host, 'localhost:1'));
    const { code, stderr } = verb('build-and-push-all-pro');
    writeFileSync(stack ?? '', values);
    expect(code).toBe(1);
    expect(stderr).toContain('; what it printed ');
    expect(readFileSync(file ?? '', 'utf8')).toBe(before);
  });
});

describe('make build-images-local', () => {
  test('builds for this machine under the name that the manifests have', () => {
    const { code, stdout } = verb('build-images-local', { ENV: 'pro', TAG: 'v9.9.9' });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${registry.host}/${repository}:v9.9.9\n` });
    expect(buildah('images', '--format', '{{.Name}}:{{.Tag}}')).toContain(`${registry.host}/${repository}:v9.9.9`);
  });
});

describe('the image', () => {
  let root: string;
  let image: ImageConfiguration;

  beforeAll(() => {
    const name = `${registry.host}/${repository}@${digest()}`;
    const container = buildah('from', '--tls-verify=false', name);
    root = buildah('mount', container);
    image = imageConfiguration.parse(JSON.parse(buildah('inspect', '--type', 'image', name))).OCIv1;
  });

  test('says what it is made of', () => {
    const version = readFileSync(join(projectRoot, 'VERSION'), 'utf8').trim();
    expect(image.config.User).toBe('65532:65532');
    expect(image.config.Labels).toMatchObject({
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.base.name': base,
    });
    expect(image.config.Env).toContain(`OPERATOR_VERSION=${version}`);
  });

  test('holds Node.js, what it links to, the bundles and the wrappers of languages, and no shell', () => {
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(root.length));
    const libraries = files.filter((path) => /^\/(usr\/)?lib(64)?\//.test(path));
    expect(libraries.map((path) => path.replace(/.*\//, ''))).toEqual(expect.arrayContaining(['libc.so.6']));
    const wrappers = files.filter((path) => path.startsWith('/app/wrappers/'));
    expect(wrappers).toEqual(
      expect.arrayContaining(
        ['nodejs/main.js', 'python/main.py', 'go/go.mod', 'go/build/main.go'].map((path) => `/app/wrappers/${path}`),
      ),
    );
    expect(files.filter((path) => !libraries.includes(path) && !wrappers.includes(path)).toSorted()).toEqual([
      '/app/controller.cjs',
      '/app/fetch.cjs',
      '/app/kubeconfig-loader.cjs',
      '/app/main.cjs',
      '/app/meter.cjs',
      '/app/otlp.cjs',
      '/app/receiver.cjs',
      '/usr/local/bin/node',
    ]);
  });

  test('takes less than 16 MB beside Node.js', () => {
    const node = statSync(join(root, 'usr/local/bin/node')).size;
    const all = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    expect(all - node).toBeLessThan(16_000_000);
  });

  test('runs as the manifests have it: answers /healthz and /metrics, may nothing, and ends in order', async () => {
    const [healthPort = 0, metricsPort = 0] = await findFreePorts(2);
    const account = join(programs.folder, 'service-account');
    mkdirSync(account);
    for (const name of ['ca.crt', 'token'])
      writeFileSync(join(account, name), 'none of the API server that is not there');
    // loaded outside a cluster, or where traces are sent; here it must not be
    const trap = join(programs.folder, 'trap.cjs');
    writeFileSync(trap, "throw new Error('loaded');");
    const bundle = join(programs.folder, 'bundle');
    writeContainerBundle(bundle, {
      root,
      image,
      args: [`--health-probe-bind-address=127.0.0.1:${healthPort}`, `--metrics-bind-address=127.0.0.1:${metricsPort}`],
      environment: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' },
      mounts: {
        '/var/run/secrets/kubernetes.io/serviceaccount': account,
        '/app/kubeconfig-loader.cjs': trap,
        '/app/otlp.cjs': trap,
      },
    });
    startContainer(programs, tools, { name: 'operator', bundle });
    const isUp = async (): Promise<boolean> => (await get(healthPort, '/healthz')) === 'ok\n';
    await eventually(isUp, { intervalMs: 50, giveUp: programs.failure });
    expect(await get(metricsPort, '/metrics')).toContain('knative_lambda_operator_build_info{version="0.1.0"');
    const pid = findProcess(`--health-probe-bind-address=127.0.0.1:${healthPort}`);
    expect(readProcess(pid)).toMatchObject({
      Name: expect.stringMatching(/node|MainThread/),
      Uid: '65532\t65532\t65532\t65532',
      CapEff: '0000000000000000',
      CapBnd: '0000000000000000',
      NoNewPrivs: '1',
    });
    const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n');
    expect(mounts.find((line) => line.split(' ')[4] === '/')?.split(' ')[5]).toMatch(/^ro,/);
    // what is ended is the container, as kubelet does it; crun ends with it
    const ended = programs.end('operator', 'SIGCONT');
    process.kill(pid, 'SIGTERM');
    await ended;
    const lines = readFileSync(join(programs.folder, 'operator.log'), 'utf8').split('\n');
    expect(lines.filter((line) => line.startsWith('{')).map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'info', msg: 'started' }),
      expect.objectContaining({ msg: 'stopping', reason: 'got SIGTERM' }),
      expect.objectContaining({ msg: 'stopped' }),
    ]);
  });
});
