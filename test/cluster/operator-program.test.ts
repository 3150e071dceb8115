import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { bundleImage } from '../../tools/image/bundle.ts';
import { deployedController } from '../deployed-programs.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { writeKubeconfig } from './identity.ts';
import { OperatorProcess } from './operator-process.ts';

const environment = findEnvironment(readEnvironments(), 'dev');
const { control } = environment.namespaces;
const account = 'knative-lambda-operator';
const needed = ['Namespace', 'ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];
const patience = { intervalMs: 100 } as const;

const lease = z.looseObject({ spec: z.looseObject({ holderIdentity: z.string().optional() }) });
const tokenAnswer = z.looseObject({ status: z.looseObject({ token: z.string() }) });

describe('the controller, as the manifests run it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-operator-'));
  const replicas: OperatorProcess[] = [];
  let controlPlane: ControlPlane;

  const start = async (pod: string): Promise<OperatorProcess> => {
    const replica = await OperatorProcess.start({
      bundle: join(folder, 'bundle'),
      kubeconfig: join(folder, 'kubeconfig'),
      environment: 'dev',
      pod,
      podNamespace: control,
    });
    replicas.push(replica);
    return replica;
  };
  const holder = async (): Promise<string> => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${control}/leases/knative-lambda-operator`;
    return lease.parse((await controlPlane.admin.request('GET', path)).body).spec.holderIdentity ?? '';
  };

  beforeAll(async () => {
    await bundleImage(join(folder, 'bundle'));
    controlPlane = await startControlPlane({
      controllerManager: false,
      crds: [
        ...readForeignCrds(),
        ...readManifests('shared').filter(({ kind }) => kind === 'CustomResourceDefinition'),
      ],
    });
    const { admin, url, caPem } = controlPlane;
    const objects = ['shared', 'dev'].flatMap(readManifests).filter(({ kind }) => needed.includes(kind));
    for (const object of objects) await admin.apply(object, { fieldManager: 'test', force: true });
    const path = `/api/v1/namespaces/${control}/serviceaccounts/${account}/token`;
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { token } = tokenAnswer.parse(await admin.post(path, request)).status;
    writeKubeconfig(join(folder, 'kubeconfig'), { url, caPem, token });
  });

  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.end('SIGKILL')));
    await controlPlane.stop();
    rmSync(folder, { recursive: true });
  });

  test('leads with the rights of its account, tells of it, and hands over to the one that stands by when it ends', async () => {
    const first = await start('operator-0');
    await eventually(() => first.isLeading(), patience);
    expect(await holder()).toMatch(/^operator-0_/);
    const second = await start('operator-1');
    expect(await second.isLeading()).toBe(false);
    expect(await first.end('SIGTERM')).toBe(0);
    const controllers = ['controller started', 'controller started'];
    expect(first.messages).toEqual(['started', 'leads', ...controllers, 'stopping', 'leads no more', 'stopped']);
    await eventually(() => second.isLeading(), patience);
    expect(await holder()).toMatch(/^operator-1_/);
    expect(await second.get('/metrics')).toMatch(/^rest_client_requests_total\{method="PUT",code="200"\} [1-9]/m);
    expect(await second.end('SIGTERM')).toBe(0);
    expect(await holder()).toBe('');
  });

  test('fails when its address is taken, and says which', async () => {
    const blocker = await start('operator-2');
    const { args, variables } = deployedController('dev');
    const address = `--health-probe-bind-address=127.0.0.1:${blocker.healthPort}`;
    const child = spawn(process.execPath, [join(folder, 'bundle', 'main.cjs'), ...args, address], {
      env: { ...variables, KUBECONFIG: join(folder, 'kubeconfig'), POD_NAME: 'operator-3', POD_NAMESPACE: control },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code] = await once(child, 'close');
    expect({ code, text }).toEqual({
      code: 1,
      text: expect.stringMatching(/^127\.0\.0\.1:\d+: .*EADDRINUSE.*; give another --…-bind-address\n$/),
    });
  });
});
