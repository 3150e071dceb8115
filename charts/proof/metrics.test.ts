import { describe, expect, test } from '@jest/globals';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { parseManifest } from './manifest.ts';
import { metricFaults } from './metrics.ts';
import { buildOutput } from './output.ts';

const dev = findEnvironment(readEnvironments(), 'dev');

const dashboard = (expr: string, definition = 'label_values(up, environment)') =>
  parseManifest({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'board', labels: { grafana_dashboard: '1' } },
    data: {
      'board.json': JSON.stringify({
        panels: [{ panels: [{ targets: [{ expr }] }] }],
        templating: { list: [{ definition }] },
      }),
    },
  });

const template = (query: string) =>
  parseManifest({
    apiVersion: 'flagger.app/v1beta1',
    kind: 'MetricTemplate',
    metadata: { name: 'error-rate', namespace: 'one' },
    spec: { query },
  });

const requests = 'knative_lambda_receiver_requests_total';

describe('what a dashboard or canary asks for', () => {
  test('passes when it is emitted, variables and all', () => {
    const board = dashboard(`sum by (route) (rate(${requests}{environment=~"$environment"}[$__rate_interval]))`);
    const canary = template(
      `sum(rate(${requests}{namespace="{{ namespace }}", pod=~"{{ target }}-[0-9a-z]+-.*"}[{{ interval }}])) * 100`,
    );
    expect(metricFaults(buildOutput(dev, [canary], [board]))).toEqual([]);
  });

  test('fails when a panel, variable or template names what nobody emits', () => {
    const faults = metricFaults(
      buildOutput(
        dev,
        [template('sum(response_count{target="a"})')],
        [dashboard('events_received', `label_values(${requests}, function)`)],
      ),
    );
    expect(faults).toEqual([
      expect.stringMatching(/^MetricTemplate one\/error-rate: metric response_count is emitted by nobody/),
      expect.stringMatching(/^ConfigMap board: metric events_received is emitted by nobody/),
      expect.stringMatching(/^ConfigMap board: label function is grouped by/),
    ]);
  });
});
