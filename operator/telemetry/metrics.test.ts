import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../kube/fake-clock.ts';
import { clientMetrics } from './client-metrics.ts';
import { leaderMetrics } from './leader-metrics.ts';
import { MetricRegistry } from './metric-registry.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { queueMetrics } from './queue-metrics.ts';
import { reconcileMetrics } from './reconcile-metrics.ts';
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
    const labels: object = { pod: 'operator-0' };
    expect(() => counter.inc(labels)).toThrow('pod');
  });
});

describe('metrics of the client', () => {
  test('count requests by method and code, and time them', async () => {
    const observer = clientMetrics(registry);
    observer.requested('GET', '200', 0.02);
    observer.requested('GET', '<error>', 1);
    observer.retried?.('GET', '401');
    expect(await samples('rest_client_requests_total')).toEqual([
      'rest_client_requests_total{method="GET",code="200"} 1',
      'rest_client_requests_total{method="GET",code="<error>"} 1',
    ]);
    expect(await samples('rest_client_request_duration_seconds')).toContain(
      'rest_client_request_duration_seconds_sum{verb="GET"} 1.02',
    );
    expect(await samples('rest_client_request_retries_total')).toEqual([
      'rest_client_request_retries_total{code="401",verb="GET"} 1',
    ]);
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

describe('metrics of queues', () => {
  test('count keys, and time how long they wait and how long passes take', async () => {
    const observer = queueMetrics(registry, new FakeClock());
    observer.added('functions');
    observer.retried('functions');
    observer.depth('functions', 'low', 3);
    observer.started('functions', 0.5);
    observer.finished('functions', 2);
    expect(await samples('workqueue_(adds_total|retries_total|depth)')).toEqual([
      'workqueue_adds_total{name="functions"} 1',
      'workqueue_retries_total{name="functions"} 1',
      'workqueue_depth{name="functions",priority="low"} 3',
    ]);
    expect(await samples('workqueue_queue_duration_seconds')).toContain(
      'workqueue_queue_duration_seconds_sum{name="functions"} 0.5',
    );
    expect(await samples('workqueue_work_duration_seconds')).toContain(
      'workqueue_work_duration_seconds_sum{name="functions"} 2',
    );
  });

  test('say how long the passes under way have taken, all together and the oldest', async () => {
    const clock = new FakeClock();
    const observer = queueMetrics(registry, clock);
    observer.started('functions', 0);
    await clock.advance(3000);
    observer.started('functions', 0);
    await clock.advance(1000);
    expect(await value('workqueue_unfinished_work_seconds')).toBe(5);
    expect(await value('workqueue_longest_running_processor_seconds')).toBe(4);
    observer.finished('functions', 4);
    expect(await value('workqueue_unfinished_work_seconds')).toBe(1);
    observer.finished('functions', 1);
    expect(await value('workqueue_longest_running_processor_seconds')).toBe(0);
  });
});

describe('metrics of controllers', () => {
  const report = { key: 'default/hello', id: '0', reason: '', message: '', error: undefined };

  test('are zeros before the first pass', async () => {
    reconcileMetrics(registry).register('functions', 4);
    expect(await samples('controller_runtime_[a-z_]+')).toEqual([
      'controller_runtime_reconcile_total{controller="functions",result="success"} 0',
      'controller_runtime_reconcile_total{controller="functions",result="requeue_after"} 0',
      'controller_runtime_reconcile_total{controller="functions",result="terminal"} 0',
      'controller_runtime_reconcile_total{controller="functions",result="error"} 0',
      'controller_runtime_reconcile_errors_total{controller="functions"} 0',
      'controller_runtime_terminal_reconcile_errors_total{controller="functions"} 0',
      'controller_runtime_reconcile_panics_total{controller="functions"} 0',
      'controller_runtime_reconcile_timeouts_total{controller="functions"} 0',
      'controller_runtime_active_workers{controller="functions"} 0',
      'controller_runtime_max_concurrent_reconciles{controller="functions"} 4',
    ]);
  });

  test.each([
    ['success', 0, 0],
    ['requeue_after', 0, 0],
    ['error', 1, 0],
    ['terminal', 1, 1],
  ] as const)('count a pass that ends with %s', async (result, errors, terminal) => {
    const observer = reconcileMetrics(registry);
    observer.register('functions', 1);
    observer.reconciled('functions', result, 0.2, report);
    expect(await samples('controller_runtime_reconcile_total')).toContain(
      `controller_runtime_reconcile_total{controller="functions",result="${result}"} 1`,
    );
    expect(await value('controller_runtime_reconcile_errors_total')).toBe(errors);
    expect(await value('controller_runtime_terminal_reconcile_errors_total')).toBe(terminal);
  });

  test('count panics and timeouts, and say how many passes are under way', async () => {
    const observer = reconcileMetrics(registry);
    observer.register('functions', 4);
    observer.panicked('functions');
    observer.timedOut('functions');
    observer.active('functions', 3);
    expect(await value('controller_runtime_reconcile_panics_total')).toBe(1);
    expect(await value('controller_runtime_reconcile_timeouts_total')).toBe(1);
    expect(await value('controller_runtime_active_workers')).toBe(3);
  });
});

describe('metrics of the election', () => {
  test('say who leads, and how often the Lease was read before it was renewed', async () => {
    const observer = leaderMetrics(registry);
    observer.leading('operator', true);
    expect(await value('leader_election_master_status')).toBe(1);
    observer.leading('operator', false);
    observer.slowPath?.('operator');
    expect(await value('leader_election_master_status')).toBe(0);
    expect(await value('leader_election_slowpath_total')).toBe(1);
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
