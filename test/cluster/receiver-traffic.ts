import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { names } from '../../charts/workloads.ts';
import { metrics, type MetricName } from '../../operator/api/index.ts';
import type { ApiClient } from './api-client.ts';

/** What the pods of one version answer. */
export interface Behavior {
  readonly requestsPerSecond: number;
  /** Share of answers with status 500. */
  readonly errorRatio: number;
  readonly seconds: number;
}

export interface Traffic {
  readonly primary: Behavior;
  readonly canary: Behavior;
}

/** Serves what the receivers of each namespace would count, and stands in for Flagger's load tester and Slack. */
export interface ReceiverTraffic {
  readonly url: string;
  /** Bodies of all requests but scrapes, with the path that they came to. */
  readonly heard: readonly { readonly path: string; readonly body: string }[];
  stop(this: void): void;
}

const requests = 'knative_lambda_receiver_requests_total' satisfies MetricName;
const duration = 'knative_lambda_receiver_request_duration_seconds' satisfies MetricName;
const { buckets } = metrics[duration];

/** A route that kubelet probes, often and with success, whatever requests get. */
const probesPerSecond = 50;

interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly ageSeconds: number;
}

function samplesOf({ namespace, name, ageSeconds }: Pod, behavior: Behavior): readonly string[] {
  const line = (metric: string, labels: string, value: number): string =>
    `${metric}{namespace="${namespace}",pod="${name}",${labels}} ${Math.round(value)}`;
  const probes = probesPerSecond * ageSeconds;
  const answered = behavior.requestsPerSecond * ageSeconds;
  const failed = answered * behavior.errorRatio;
  const within = (route: string, count: number, seconds: number): readonly string[] => [
    ...buckets.map((bound) =>
      line(`${duration}_bucket`, `route="${route}",le="${bound}"`, seconds <= bound ? count : 0),
    ),
    line(`${duration}_bucket`, `route="${route}",le="+Inf"`, count),
  ];
  const served = [
    line(requests, 'route="/events",code="202"', answered - failed),
    line(requests, 'route="/events",code="500"', failed),
    ...within('/events', answered, behavior.seconds),
  ];
  return [
    line(requests, 'route="/ready",code="200"', probes),
    ...within('/ready', probes, 0.001),
    ...(behavior.requestsPerSecond === 0 ? [] : served),
  ];
}

const podSchema = z.looseObject({ metadata: z.looseObject({ creationTimestamp: z.string() }) });
const addressSchema = z.object({ port: z.number() });

/** Counts for the pods that the control plane has now, by their real names. */
export async function serveTraffic(
  admin: ApiClient,
  traffic: Readonly<Record<string, Traffic>>,
): Promise<ReceiverTraffic> {
  const heard: { readonly path: string; readonly body: string }[] = [];
  const scrape = async (): Promise<string> => {
    const pods = await admin.list({ apiVersion: 'v1', kind: 'Pod', labelSelector: `app=${names.receiverDeployment}` });
    const lines = pods.flatMap((pod) => {
      const { namespace = '', name } = pod.metadata;
      const of = traffic[namespace];
      const since = Date.parse(podSchema.parse(pod).metadata.creationTimestamp);
      const version = name.startsWith(`${names.receiverDeployment}-primary-`) ? 'primary' : 'canary';
      return of === undefined
        ? []
        : samplesOf({ namespace, name, ageSeconds: (Date.now() - since) / 1000 }, of[version]);
    });
    return `${lines.join('\n')}\n`;
  };
  const answerScrape = async (response: ServerResponse): Promise<void> => {
    try {
      const text = await scrape();
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(text);
    } catch {
      // the API server is gone: the cluster stops
      response.destroy();
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/metrics') {
        void answerScrape(response);
        return;
      }
      heard.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString() });
      response.end('ok');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = addressSchema.parse(server.address());
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, heard, stop };
}
