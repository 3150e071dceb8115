import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../kube/fake-clock.ts';
import { clientMetrics } from './client-metrics.ts';
import { MetricRegistry } from './metric-registry.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { reflectorMetrics } from './reflector-metrics.ts';

let registry: MetricRegistry;
beforeEach(() => {
  registry = new MetricRegistry();
});

/** Lines of the samples of one metric. */
async function samples(name: string): Promise<readonly string[]> {
  const text = await registry.render();
  return text.split('\n').filter((line) => new RegExp(String.raw`^${name}(_bucket|_sum|_count)?[{ ]`).test(line));
}

async function value(name: string): Promise<number> {
  const [line = ''] = await samples(name);
  return Number(line.split(' ').at(-1));
}

describe('the registry', () => {
  test('renders a metric with the help, type and labels of the table', async () => {
    registry.counter('rest_client_requests_total').inc({ method: 'GET', code: '200' });
    expect(await registry.render()).toBe(
      [
        '# HELP rest_client_requests_total Requests to the Kubernetes API by status code and method; the code is <error> where none came.',
        '# TYPE rest_client_requests_total counter',
        'rest_client_requests_total{method="GET",code="200"} 1',
        '',
      ].join('\n'),
    );
    expect(registry.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  test('gives a histogram the buckets of the table', async () => {
    registry.histogram('workqueue_queue_duration_seconds').observe({ name: 'jobs' }, 0.5);
    expect((await samples('workqueue_queue_duration_seconds')).slice(0, 5)).toEqual([
      'workqueue_queue_duration_seconds_bucket{le="0.001",name="jobs"} 0',
      'workqueue_queue_duration_seconds_bucket{le="0.01",name="jobs"} 0',
      'workqueue_queue_duration_seconds_bucket{le="0.1",name="jobs"} 0',
      'workqueue_queue_duration_seconds_bucket{le="1",name="jobs"} 1',
      'workqueue_queue_duration_seconds_bucket{le="10",name="jobs"} 1',
    ]);
  });

  test('fails on a label that the table does not have', () => {
    const counter = registry.counter('rest_client_requests_total');
    expect(() => Reflect.apply(counter.inc, counter, [{ pod: 'operator-0' }])).toThrow('pod');
  });
});

describe('metrics of the client', () => {
  test('count requests by method and code, and time them', async () => {
    const observer = clientMetrics(registry);
    observer.requested('GET', '200', 0.02);
    observer.requested('GET', '<error>', 1);
    expect(await samples('rest_client_requests_total')).toEqual([
      'rest_client_requests_total{method="GET",code="200"} 1',
      'rest_client_requests_total{method="GET",code="<error>"} 1',
    ]);
    expect(await samples('rest_client_request_duration_seconds')).toContain(
      'rest_client_request_duration_seconds_sum{verb="GET"} 1.02',
    );
  });
});

describe('metrics of caches', () => {
  test('say since when a watch is silent, how large a cache is and why it was listed anew', async () => {
    const clock = new FakeClock();
    const observer = reflectorMetrics(registry, clock);
    observer.heard('jobs.batch');
    observer.sized('jobs.batch', 12);
    observer.watchRestarted('jobs.batch');
    observer.relisted('jobs.batch', 'expired');
    await clock.advance(2500);
    expect(await samples('knative_lambda_operator_[a-z_]+')).toEqual([
      'knative_lambda_operator_watch_restarts_total{resource="jobs.batch"} 1',
      'knative_lambda_operator_relists_total{resource="jobs.batch",cause="expired"} 1',
      'knative_lambda_operator_cached_objects{resource="jobs.batch"} 12',
      'knative_lambda_operator_watch_silence_seconds{resource="jobs.batch"} 2.5',
    ]);
    observer.heard('jobs.batch');
    expect(await value('knative_lambda_operator_watch_silence_seconds')).toBe(0);
  });
});

describe('metrics of the process', () => {
  const build = { version: '1.2.3', commit: 'abc' };

  test('say which version runs, since when, and what it takes', async () => {
    addProcessMetrics(registry, build);
    expect(await samples('knative_lambda_operator_build_info')).toEqual([
      'knative_lambda_operator_build_info{version="1.2.3",commit="abc"} 1',
    ]);
    const seconds = Date.now() / 1000;
    const started = await value('process_start_time_seconds');
    expect(seconds - started).toBeGreaterThanOrEqual(process.uptime() - 1);
    expect(seconds - started).toBeLessThan(process.uptime() + 60);
    expect(await value('process_resident_memory_bytes')).toBeGreaterThan(await value('nodejs_heap_size_used_bytes'));
    expect(await value('process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  test('never count processor time twice', async () => {
    addProcessMetrics(registry, build);
    await value('process_cpu_seconds_total');
    const counted = await value('process_cpu_seconds_total');
    const { user, system } = process.cpuUsage();
    expect(counted).toBeLessThanOrEqual((user + system) / 1e6);
  });

  test('say how long the event loop was blocked since the last scrape', async () => {
    addProcessMetrics(registry, build);
    await sleep(50);
    await value('knative_lambda_operator_event_loop_delay_seconds');
    await sleep(25);
    const blockedUntil = performance.now() + 200;
    while (performance.now() < blockedUntil);
    await sleep(25);
    const blocked = await value('knative_lambda_operator_event_loop_delay_seconds');
    expect(blocked).toBeGreaterThan(0.1);
    await sleep(50);
    expect(await value('knative_lambda_operator_event_loop_delay_seconds')).toBeLessThan(blocked);
  });
});
