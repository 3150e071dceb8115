import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setInterval as every, setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { metrics } from '../../operator/api/index.ts';
import type { ApiClient } from '../cluster/api-client.ts';

/** How the platform behaves: as it should, with errors, too slowly, or with functions that cannot be built. */
export type Mood = 'good' | 'failing' | 'slow' | 'unbuildable';

/** Stands in for operator, receiver, Knative gateway and Prometheus; the Kubernetes API is the real one. */
export interface PlatformStandIn {
  readonly url: string;
  /** What was called: `GET operator/healthz`, `POST functions io.knative.lambda.invoke.sync`, … */
  readonly calls: Set<string>;
  /** Every function that it has seen. */
  readonly functions: Set<string>;
  behave(this: void, mood: Mood): void;
  stop(this: void): Promise<void>;
}

const slowMilliseconds = 2100;

const functionKind = { apiVersion: 'lambda.knative.io/v1alpha1', kind: 'LambdaFunction' } as const;
const address = z.object({ port: z.number() });
const deployData = z.looseObject({ metadata: z.looseObject({ name: z.string(), namespace: z.string() }) });

const metricsText = Object.entries(metrics)
  .map(([name, { type }]) => `${name}${type === 'histogram' ? '_bucket{le="1"}' : ''} 1\n`)
  .join('');

/** Type of the event in a request of binary mode, undefined when it is none. */
function eventType({ headers }: IncomingMessage): string | undefined {
  const hasAll = ['ce-id', 'ce-source', 'ce-specversion', 'ce-subject'].every((name) => headers[name] !== undefined);
  const type = headers['ce-type'];
  return hasAll && typeof type === 'string' ? type : undefined;
}

function describeCall(request: IncomingMessage, role: string, rest: string): string {
  const isEvent = request.method === 'POST' && role !== 'prometheus';
  return `${request.method} ${role}${isEvent ? ` ${eventType(request)}` : `/${rest}`}`;
}

export async function startPlatform(admin: ApiClient): Promise<PlatformStandIn> {
  const calls = new Set<string>();
  const functions = new Set<string>();
  const over = new AbortController();
  let mood: Mood = 'good';

  async function receive(request: IncomingMessage): Promise<number> {
    if (eventType(request) === 'io.knative.lambda.command.function.deploy') {
      await admin.create({ ...functionKind, ...deployData.parse(JSON.parse(await text(request))) });
    }
    return 202;
  }

  function answerTo(request: IncomingMessage, role: string): number | Promise<number> {
    const type = eventType(request);
    const isPost = request.method === 'POST';
    switch (role) {
      case 'functions':
        return isPost && type === 'io.knative.lambda.invoke.sync' ? 200 : 500;
      case 'receiver':
        return isPost ? (type === undefined ? 400 : receive(request)) : 200;
      case 'prometheus':
        return 204;
      default:
        return request.method === 'GET' ? 200 : 405;
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, role = '', rest = ''] = (request.url ?? '').split('/');
    calls.add(describeCall(request, role, rest));
    if (mood === 'slow') await sleep(slowMilliseconds);
    const status = mood === 'failing' && role !== 'prometheus' ? 500 : await answerTo(request, role);
    if (role === 'functions') response.setHeader('ce-type', 'io.knative.lambda.response.success');
    request.resume();
    response.writeHead(status).end(rest === 'metrics' ? metricsText : '{}');
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${address.parse(server.address()).port}`;

  /** Says of every function what the operator would say once its Knative Service is ready, or its build has failed. */
  async function reconcile(): Promise<void> {
    for await (const _ of every(100, undefined, { signal: over.signal })) {
      for (const { metadata } of await admin.list(functionKind)) {
        functions.add(metadata.name);
        const isBuilt = mood !== 'unbuildable';
        const condition = {
          type: 'Ready',
          status: isBuilt ? 'True' : 'False',
          reason: isBuilt ? 'Ready' : 'BuildFailed',
          message: isBuilt ? '' : 'the build failed in stage install',
          lastTransitionTime: new Date().toISOString(),
        };
        const status = {
          phase: isBuilt ? 'Ready' : 'Failed',
          ...(isBuilt ? { serviceStatus: { url: `${url}/functions/${metadata.name}`, ready: true } } : {}),
          conditions: [condition],
        };
        const path = `/apis/lambda.knative.io/v1alpha1/namespaces/${metadata.namespace}/lambdafunctions/${metadata.name}/status`;
        await admin.request('PATCH', path, { status }, 'application/merge-patch+json');
      }
    }
  }

  const work = reconcile().catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });
  return {
    url,
    calls,
    functions,
    behave: (next) => {
      mood = next;
      calls.clear();
      functions.clear();
    },
    stop: async () => {
      over.abort();
      await work;
      server.closeAllConnections();
      server.close();
    },
  };
}
