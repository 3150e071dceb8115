import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  isSuspended,
  makeDeploymentsAvailable,
  type OperatedCluster,
  startOperatedCluster,
} from './operated-cluster.ts';
import { serveFromPod } from './served-pod.ts';
import { type TypedCommands, typedCommands } from './typed-command.ts';

const ports = z.object({ port: z.number() });

let cluster: OperatedCluster;
let make: TypedCommands['make'];

beforeAll(async () => {
  cluster = await startOperatedCluster();
  ({ make } = typedCommands(cluster.kubeconfig));
  cluster.simulate(() => makeDeploymentsAvailable(cluster));
});

afterAll(async () => cluster.stop());

describe('a verb finds its cluster', () => {
  test.each(['deploy-prod', 'deploy-diff ENV=prod', 'trigger-build-prod FUNCTION=a'])(
    'fails for make %s with the environments that there are',
    async (words) => {
      expect(await make(words)).toMatchObject({
        code: 2,
        output: expect.stringContaining(
          'environment: got "prod", allowed dev, staging, prd, pro, pro-1-node, studio, studio-1-node',
        ),
      });
    },
  );

  test('fails on the cluster of another environment', async () => {
    const { code, output } = await make('deploy-studio CONTEXT=homelab-pro YES=studio');
    expect(code).toBe(2);
    expect(output).toContain('context homelab-pro: got environment pro in namespace knative-lambda, allowed studio');
    expect(output).not.toContain('    at ');
  });

  test('fails without the context of the environment', async () => {
    expect(await make('flux-status ENV=studio')).toMatchObject({
      code: 2,
      output: expect.stringContaining('CONTEXT=name names another context'),
    });
  });

  test('takes the only environment of the current context when none is named', async () => {
    expect(await make('flux-status')).toMatchObject({
      code: 0,
      output: expect.stringContaining('kubectl --context homelab-pro get namespace knative-lambda '),
    });
  });

  test('fails when several environments have the current context', async () => {
    expect(await make('flux-status CONTEXT=homelab-tiers')).toMatchObject({
      code: 2,
      output: expect.stringContaining('which several have, allowed dev, staging, prd; add ENV=name'),
    });
  });
});

describe('deploying by hand', () => {
  test('shows the difference, applies it with Flux suspended, and finds none afterwards', async () => {
    const before = await make('deploy-diff ENV=dev');
    expect(before.code).toBe(2);
    expect(before.output).toMatch(/^\+ {2}name: knative-lambda-operator$/m);

    const applied = await make('deploy-dev FROM=checkout');
    expect(applied).toMatchObject({ code: 0, output: expect.stringContaining('make flux-resume ENV=dev') });
    expect(applied.output).toContain('deployment "knative-lambda-builder" successfully rolled out');
    expect(await isSuspended(cluster, 'knative-lambda-dev')).toBe(true);

    expect(await make('deploy-diff ENV=dev')).toMatchObject({ code: 0, output: expect.not.stringContaining('\n+') });

    expect(await make('flux-resume ENV=dev')).toMatchObject({ code: 0 });
    expect(await isSuspended(cluster, 'knative-lambda-dev')).toBe(false);
  });

  test('deploys every environment whose context is there, and says where it stopped', async () => {
    const { code, output } = await make('deploy-all-envs FROM=checkout YES=dev TIMEOUT=20s');
    expect(code).toBe(2);
    expect(output).toContain('studio: left out, no context homelab-studio');
    expect(output).toContain('YES: got dev, allowed prd; nothing was changed');
    expect(output).toContain('prd: failed; done: dev, staging; not begun: pro');
  });

  test('scales the receiver and says how Flux is resumed', async () => {
    expect(await make('scale-builder ENV=dev REPLICAS=3')).toMatchObject({
      code: 0,
      output: expect.stringContaining('make flux-resume ENV=dev'),
    });
    const { body } = await cluster.controlPlane.admin.request(
      'GET',
      '/apis/apps/v1/namespaces/knative-lambda-dev/deployments/knative-lambda-builder',
    );
    expect(body).toMatchObject({ spec: { replicas: 3 } });
  });
});

describe('queues and builds', () => {
  test('shows the broker and what is declared on it, and says that its pods do not answer', async () => {
    const { admin } = cluster.controlPlane;
    const broker = {
      apiVersion: 'rabbitmq.com/v1beta1',
      kind: 'RabbitmqCluster',
      metadata: { name: 'rabbitmq', namespace: 'rabbitmq-system' },
      spec: { replicas: 3 },
    };
    const queue = {
      apiVersion: 'rabbitmq.com/v1beta1',
      kind: 'Queue',
      metadata: { name: 'build-events-dev', namespace: 'knative-lambda-dev' },
      spec: { name: 'build-events-dev', vhost: '/knative-lambda-dev', rabbitmqClusterReference: { name: 'rabbitmq' } },
    };
    for (const object of [broker, queue]) await admin.apply(object, { fieldManager: 'test' });
    const { code, output } = await make('rabbitmq-status ENV=dev');
    expect(output).toMatch(/^rabbitmq +/m);
    expect(output).toContain('queue.rabbitmq.com/build-events-dev');
    expect(output).toContain('statefulsets.apps "rabbitmq-server" not found');
    expect(code).toBe(2);
  });

  test('fails to purge queues whose depth is unknown', async () => {
    expect(await make('rabbitmq-purge-lambda-queues-dev YES=dev')).toMatchObject({
      code: 2,
      output: expect.stringContaining('statefulsets.apps "rabbitmq-server" not found'),
    });
  });

  test('asks the operator for a build', async () => {
    const name = 'hello';
    const reference = {
      apiVersion: 'lambda.knative.io/v1alpha1',
      kind: 'LambdaFunction',
      metadata: { name, namespace: 'knative-lambda-dev-functions' },
      spec: {
        source: { type: 'inline', inline: { code: 'def handler(event): return {}' } },
        runtime: { language: 'python', version: '3.11', handler: 'handler' },
      },
    };
    await cluster.controlPlane.admin.apply(reference, { fieldManager: 'test' });
    expect(await make('trigger-build-dev FUNCTION=hello')).toMatchObject({ code: 0 });
    const { apiVersion, kind, metadata } = reference;
    const found = await cluster.controlPlane.admin.get({ apiVersion, kind, name, namespace: metadata.namespace });
    expect(found.metadata.annotations).toMatchObject({
      'lambda.knative.io/rebuild-requested': expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  test('deletes failed build Jobs and no other', async () => {
    const { admin } = cluster.controlPlane;
    const namespace = 'knative-lambda-dev-functions';
    for (const [name, type] of [
      ['build-failed', 'Failed'],
      ['build-running', undefined],
    ] as const) {
      const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'kaniko', image: 'kaniko:1' }] } };
      const labels = { 'lambda.knative.io/build': 'true' };
      const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace, labels }, spec: { template } };
      await admin.apply(job, { fieldManager: 'test' });
      if (type !== undefined) {
        const condition = {
          status: 'True',
          reason: 'BackoffLimitExceeded',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        };
        await cluster.patch(`/apis/batch/v1/namespaces/${namespace}/jobs/${name}/status`, {
          status: {
            startTime: '2026-01-01T00:00:00Z',
            conditions: ['FailureTarget', type].map((one) => ({ ...condition, type: one })),
          },
        });
      }
    }
    expect(await make('clean-failed-builds ENV=dev YES=dev')).toMatchObject({ code: 0 });
    const left = await admin.list({ apiVersion: 'batch/v1', kind: 'Job', namespace });
    expect(left.map(({ metadata }) => metadata.name)).toEqual(['build-running']);
  });
});

describe('what is measured', () => {
  let server: Server;

  beforeAll(async () => {
    const alert = {
      state: 'firing',
      activeAt: '2026-01-01T00:00:00Z',
      labels: { alertname: 'BuilderServiceDown', severity: 'critical', environment: 'dev' },
      annotations: { summary: 'no receiver answers' },
    };
    server = createServer((request, response) => {
      if (request.url === '/metrics') response.end('workqueue_depth{name="function"} 7\n');
      else response.end(JSON.stringify({ status: 'success', data: { alerts: [alert] } }));
    }).listen(0, '0.0.0.0');
    await once(server, 'listening');
    const { port } = ports.parse(server.address());
    await serveFromPod(cluster, {
      namespace: 'knative-lambda-dev',
      name: 'knative-lambda-operator',
      portName: 'metrics',
      servicePort: 8080,
      port,
    });
    await serveFromPod(cluster, {
      namespace: 'prometheus',
      name: 'kube-prometheus-stack-prometheus',
      portName: 'http-web',
      servicePort: 9090,
      port,
    });
  });

  afterAll(() => {
    server.close();
  });

  test('is read through the API server and printed as a table', async () => {
    expect(await make('metrics ENV=dev')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^workqueue_depth +name="function" +7$/m),
    });
  });

  test('is compared with limits by Prometheus, whose alerts are printed', async () => {
    expect(await make('alerts ENV=dev')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^critical +firing +BuilderServiceDown .*no receiver answers$/m),
    });
  });
});
