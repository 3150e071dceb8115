import { describe, expect, test } from '@jest/globals';
import { renderAlerts } from './alert-table.ts';
import { renderMetrics } from './metric-table.ts';
import { parseQueues, renderQueues } from './queue-table.ts';
import { renderRoutes } from './route-table.ts';

const alert = (alertname: string, severity: string, environment?: string) => ({
  state: 'firing',
  activeAt: '2026-01-02T03:04:05.678Z',
  labels: { alertname, severity, ...(environment === undefined ? {} : { environment }) },
  annotations: { summary: `about ${alertname}` },
});

describe('a table on a terminal', () => {
  test('lists alerts of the environment, worst first', () => {
    const alerts = [alert('Slow', 'warning', 'dev'), alert('Other', 'critical', 'prd'), alert('Down', 'critical')];
    expect(renderAlerts('dev')(JSON.stringify({ data: { alerts } }))).toBe(
      [
        'SEVERITY  STATE   ALERT  SINCE                SUMMARY',
        'critical  firing  Down   2026-01-02T03:04:05  about Down',
        'warning   firing  Slow   2026-01-02T03:04:05  about Slow',
        '',
      ].join('\n'),
    );
  });

  test('lists metrics of the product, of a histogram the count and the sum', () => {
    const page = [
      '# HELP workqueue_depth Keys that wait for a pass.',
      'workqueue_depth{name="function",priority="0"} 2',
      'controller_runtime_reconcile_time_seconds_bucket{controller="function",le="1"} 4',
      'controller_runtime_reconcile_time_seconds_count{controller="function"} 4',
      'go_goroutines 9',
    ];
    const lines = renderMetrics(page.join('\n')).trimEnd().split('\n');
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^workqueue_depth +name="function",priority="0" +2$/),
      expect.stringMatching(/^controller_runtime_reconcile_time_seconds_count +controller="function" +4$/),
    ]);
  });

  test('lists queues with their messages', () => {
    expect(renderQueues(parseQueues('[{"name":"build-events","messages":12,"consumers":1}]'))).toBe(
      'QUEUE         MESSAGES  CONSUMERS\nbuild-events  12        1\n',
    );
  });

  test('lists which header leads where', () => {
    const route = {
      metadata: { name: 'knative-lambda-builder' },
      spec: {
        rules: [
          {
            matches: [{ headers: [{ name: 'x-ab-test', value: 'canary' }] }],
            backendRefs: [{ name: 'knative-lambda-builder-canary', weight: 100 }],
          },
          { backendRefs: [{ name: 'knative-lambda-builder-primary' }] },
        ],
      },
    };
    const lines = renderRoutes(JSON.stringify({ items: [route] }))
      .trimEnd()
      .split('\n');
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/x-ab-test: canary +knative-lambda-builder-canary +100$/),
      expect.stringMatching(/any +knative-lambda-builder-primary +1$/),
    ]);
  });

  test('says none when there is nothing', () => {
    expect(renderAlerts('dev')('{"data":{"alerts":[]}}')).toBe('none\n');
  });
});
