import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { names } from '../../charts/workloads.ts';
import { type ManifestDocument, readManifests } from '../cluster/committed-manifests.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/eventually.ts';
import { readForeignCrds } from '../cluster/foreign-crds.ts';
import type { KubernetesObject } from '../cluster/kubernetes-object.ts';
import { makePlatformNamespaces } from '../cluster/platform-namespaces.ts';
import { type Engine, startEngine } from './engine.ts';

const isOfFlux = ({ apiVersion }: ManifestDocument): boolean => apiVersion.includes('.fluxcd.io/');

/** What the stack must apply: everything in the files that Flux would read, but for what makes Flux read them. */
const manifests = ['shared', 'clusters/pro', 'pro'].flatMap(readManifests).filter((one) => !isOfFlux(one));

const nameOf = ({ kind, metadata }: ManifestDocument): string =>
  `${kind} ${[metadata.namespace, metadata.name].filter(Boolean).join('/')}`;

const isDefinition = ({ kind }: ManifestDocument): boolean => kind === 'CustomResourceDefinition';

/** All that an apply can change; controllers write the rest. */
function stateOf({ metadata, ...object }: KubernetesObject): string {
  const { uid, generation, labels, creationTimestamp } = metadata;
  return JSON.stringify({ ...object, status: undefined, metadata: { uid, generation, labels, creationTimestamp } });
}

const namesOf = (all: ReadonlyMap<string, string>, state: string): readonly string[] =>
  [...all].filter(([, one]) => one === state).map(([name]) => name);

/** Command lines of processes that name the folder. */
function runningIn(folder: string): readonly string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(folder));
}

describe('a stack that delivers every object itself', () => {
  let controlPlane: ControlPlane;
  let engine: Engine;

  const find = async ({ apiVersion, kind, metadata }: ManifestDocument): Promise<KubernetesObject | undefined> =>
    controlPlane.admin.get({ apiVersion, kind, ...metadata }).catch(() => undefined);

  async function states(): Promise<ReadonlyMap<string, string>> {
    const found = await Promise.all(
      manifests.map(async (one) => {
        const object = await find(one);
        return [nameOf(one), object === undefined ? 'missing' : stateOf(object)] as const;
      }),
    );
    return new Map(found);
  }

  const up = (...more: readonly string[]) => engine.run('up', '--stack', 'pro', '--yes', '--skip-preview', ...more);

  /** A change of the settings of pro, as somebody would make it in the file. */
  const change = (values: string): void =>
    appendFileSync(join(engine.project, 'stacks', 'pro.ts'), `\nObject.assign(pro, ${values});\n`);

  beforeAll(async () => {
    controlPlane = await startControlPlane({ crds: readForeignCrds() });
    await makePlatformNamespaces(controlPlane.admin);
    engine = startEngine({ KUBECONFIG: controlPlane.kubeconfig, AWS_ACCESS_KEY_ID: '', AWS_PROFILE: '' });
    change("{ delivery: { ...pro.delivery, mode: 'direct' } }");
    await engine.run('stack', 'init', 'pro');
  });

  afterAll(async () => {
    engine.dispose();
    await controlPlane.stop();
  });

  test('previews objects whose kinds and namespaces come with it', async () => {
    const { exitCode, output } = await engine.run('preview', '--stack', 'pro');
    expect(output).toContain(`+ ${manifests.length + 3} to create`);
    expect(exitCode).toBe(0);
    expect(namesOf(await states(), 'missing')).toHaveLength(manifests.length);
  });

  test('goes on after its update was killed in the middle', async () => {
    const update = engine.start('up', '--stack', 'pro', '--yes', '--skip-preview');
    await eventually(() => (update.output().match(/ created /g) ?? []).length >= 25);
    update.kill();
    await update.result;
    await eventually(() => runningIn(engine.project).length === 0);
    const missing = namesOf(await states(), 'missing');
    expect(missing.length).toBeGreaterThan(0);
    expect(missing.length).toBeLessThan(manifests.length);
    const locked = await up();
    expect(locked.output).toContain('the stack is currently locked');
    expect(locked.exitCode).not.toBe(0);
    await engine.run('cancel', 'pro', '--yes');
    const resumed = await up();
    expect(resumed.output).toContain('created');
    expect(resumed.exitCode).toBe(0);
  });

  test('has applied every object of the environment, of its cluster and of all clusters, and nothing of Flux', async () => {
    expect(namesOf(await states(), 'missing')).toEqual([]);
    for (const kind of ['Kustomization.kustomize', 'GitRepository.source']) {
      expect(engine.state()).not.toContain(`${kind}.toolkit.fluxcd.io`);
    }
  });

  test('changes nothing when nothing changed', async () => {
    const before = await states();
    const { exitCode } = await up('--expect-no-changes');
    expect(exitCode).toBe(0);
    expect(await states()).toEqual(before);
  });

  test('changes only what a setting changes, and in place', async () => {
    const before = await states();
    change("{ logLevel: 'warn' }");
    const { exitCode, output } = await up();
    expect(exitCode).toBe(0);
    expect(output).toContain('~ 3 updated');
    expect(output).not.toContain('replaced');
    const after = await states();
    const changed = [...after].filter(([name, state]) => before.get(name) !== state);
    expect(changed.map(([name]) => name).toSorted()).toEqual([
      'ConfigMap knative-lambda/knative-lambda-config',
      'Deployment knative-lambda/knative-lambda-operator',
      'Service knative-lambda/lambda-command-receiver',
    ]);
    const uid = /"uid":"[^"]+"/;
    for (const [name, state] of changed) expect(uid.exec(state)?.[0]).toBe(uid.exec(before.get(name) ?? '')?.[0]);
  });

  test('leaves traffic to a canary, also when it looks for drift', async () => {
    const traffic = [{ latestRevision: true, percent: 100, tag: 'next' }];
    const path = `/apis/serving.knative.dev/v1/namespaces/knative-lambda/services/${names.receiverKnativeService}`;
    await controlPlane.admin.request('PATCH', path, { spec: { traffic } }, 'application/merge-patch+json');
    const { exitCode } = await up('--expect-no-changes', '--refresh');
    expect(exitCode).toBe(0);
    expect((await controlPlane.admin.request('GET', path)).body).toMatchObject({ spec: { traffic } });
  });

  test('leaves replicas to an autoscaler, also when it looks for drift', async () => {
    const autoscaling = '{ minReplicas: 1, maxReplicas: 3, cpuUtilization: 70 }';
    change(
      `{ receiver: { form: 'deployment', replicas: 1, resources: pro.receiver.resources, autoscaling: ${autoscaling} } }`,
    );
    expect(await up()).toMatchObject({ exitCode: 0 });
    const path = `/apis/apps/v1/namespaces/knative-lambda/deployments/${names.receiverDeployment}`;
    const scaled = { spec: { replicas: 3 } };
    await controlPlane.admin.request('PATCH', path, scaled, 'application/merge-patch+json');
    const { exitCode } = await up('--expect-no-changes', '--refresh');
    expect(exitCode).toBe(0);
    expect((await controlPlane.admin.request('GET', path)).body).toMatchObject(scaled);
  });

  test('removes everything when it is destroyed, but the kinds, where they are not to go as well', async () => {
    const [gone = '', ...kept] = manifests.filter(isDefinition).map(nameOf);
    await engine.run('config', 'set', 'keepOnDestroy', 'false', '--stack', 'pro');
    const target = `**${gone.replace('CustomResourceDefinition ', '')}`;
    expect(await up('--target', target)).toMatchObject({ exitCode: 0 });
    const { exitCode } = await engine.run('destroy', '--stack', 'pro', '--yes', '--skip-preview');
    expect(exitCode).toBe(0);
    await eventually(async () => namesOf(await states(), 'missing').length === manifests.length - kept.length);
    const missing = new Set(namesOf(await states(), 'missing'));
    expect(manifests.map(nameOf).filter((name) => !missing.has(name))).toEqual(kept);
  });
});
