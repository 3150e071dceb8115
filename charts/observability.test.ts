import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Environment, findEnvironment, readEnvironments, readReleases } from '../stacks/index.ts';
import { ofKind } from './proof/manifest.ts';
import { receiverAddress } from './workloads.ts';
import { synthesizeClusters, synthesizeEnvironment } from './synth.ts';

const environments = readEnvironments();
const inputs = { releases: readReleases(), sealedSecrets: new Map() };

function objectsOf(environment: Environment, kind: string) {
  return ofKind(
    synthesizeEnvironment(environment, inputs).files.flatMap((file) => file.manifests),
    kind,
  );
}

const withMonitoring = (name: string, monitoring: Partial<Environment['monitoring']>): Environment => {
  const environment = findEnvironment(environments, name);
  return { ...environment, monitoring: { ...environment.monitoring, ...monitoring } };
};

const matcher = z.object({ name: z.string(), value: z.string() });
const routing = z.looseObject({
  spec: z.looseObject({
    route: z.looseObject({
      receiver: z.string(),
      matchers: z.array(matcher),
      routes: z.array(z.looseObject({ receiver: z.string(), matchers: z.array(matcher) })).default([]),
    }),
    receivers: z.array(z.looseObject({ name: z.string() })),
  }),
});

function routesOf(environment: Environment, of = 'knative-lambda') {
  const configs = objectsOf(environment, 'AlertmanagerConfig');
  const { route, receivers } = routing.parse(configs.find(({ metadata }) => metadata.name === of)).spec;
  return {
    others: route.receiver,
    only: route.matchers.map(({ name, value }) => `${name}=${value}`),
    routes: route.routes.map(
      ({ receiver, matchers }) => `${matchers.map((one) => `${one.name}=${one.value}`).join()} ${receiver}`,
    ),
    receivers: receivers.map(({ name }) => name),
  };
}

describe('alerts', () => {
  test('of production go to the people of their priority', () => {
    expect(routesOf(findEnvironment(environments, 'prd'))).toEqual({
      others: 'nobody',
      only: ['environment=prd'],
      routes: ['priority=P0 pagerduty', 'priority=P1 sre-oncall', 'priority=P2 platform', 'priority=P3 issues'],
      receivers: ['nobody', 'pagerduty', 'sre-oncall', 'platform', 'issues'],
    });
  });

  test('page from warnings on where the setting says so, and are posted as well', () => {
    const { routes } = routesOf(withMonitoring('prd', { pagingSeverity: 'warning' }));
    expect(routes.slice(0, 2)).toEqual(['severity=warning pagerduty', 'priority=P0 pagerduty']);
    expect(routes).toContain('priority=P2 platform');
  });

  test('of a silent environment are computed and told to nobody', () => {
    const dev = findEnvironment(environments, 'dev');
    expect(routesOf(dev)).toMatchObject({ others: 'nobody', routes: [], receivers: ['nobody'] });
    expect(objectsOf(dev, 'PrometheusRule')).toHaveLength(1);
  });

  test.each(['dev', 'prd', 'pro'])('of %s go to its receiver, too, with a token that is made for that', (name) => {
    const environment = findEnvironment(environments, name);
    expect(routesOf(environment, 'knative-lambda-events')).toMatchObject({
      others: 'events',
      only: [`environment=${name}`],
      routes: [],
    });
    const [found] = objectsOf(environment, 'AlertmanagerConfig').filter(
      ({ metadata }) => metadata.name === 'knative-lambda-events',
    );
    const authorization = { type: 'Bearer', credentials: { name: 'knative-lambda-alert-token', key: 'token' } };
    const webhook = {
      url: `${receiverAddress(environment)}/alerts`,
      httpConfig: { authorization },
      sendResolved: true,
    };
    expect(found?.['spec']).toMatchObject({ receivers: [{ webhookConfigs: [webhook] }] });
    expect(found?.metadata.namespace).toBe(environment.namespaces.control);
  });

  test('may be told by an account that may nothing else, in the namespace of the Broker', () => {
    const dev = findEnvironment(environments, 'dev');
    const roles = objectsOf(dev, 'Role').filter(({ metadata }) => metadata.name === 'knative-lambda-alerts');
    const rule = { apiGroups: ['lambda.knative.io'], resources: ['lambdafunctions/alerts'], verbs: ['create'] };
    expect(roles).toMatchObject([{ metadata: { namespace: dev.namespaces.functions[0] }, rules: [rule] }]);
    const bindings = ['RoleBinding', 'ClusterRoleBinding'].flatMap((kind) => objectsOf(dev, kind));
    expect(bindings.filter((one) => JSON.stringify(one['subjects']).includes('"knative-lambda-alerts"'))).toHaveLength(
      1,
    );
  });

  test('are left out where the setting says none', () => {
    const none = withMonitoring('dev', { alerts: 'none', serviceMonitors: false });
    const kinds = ['PrometheusRule', 'AlertmanagerConfig', 'ServiceMonitor', 'PodMonitor'];
    expect(kinds.flatMap((kind) => objectsOf(none, kind))).toEqual([]);
    expect(JSON.stringify(synthesizeEnvironment(none, inputs).files)).not.toMatch(/knative-lambda-alert/);
  });
});

describe('a cluster', () => {
  test('gives each series of Knative to the environment whose namespace it is about', () => {
    const [tiers] = synthesizeClusters([findEnvironment(environments, 'prd')], environments, readReleases());
    const monitors = ofKind(tiers?.files.flatMap((file) => file.manifests) ?? [], 'PodMonitor');
    const serving = monitors.find(({ metadata }) => metadata.name === 'knative-serving');
    expect(serving?.['spec']).toMatchObject({
      podMetricsEndpoints: [
        {
          metricRelabelings: ['dev', 'staging', 'prd'].map((name) => ({
            sourceLabels: ['k8s_namespace_name'],
            regex: `knative-lambda-${name}|knative-lambda-${name}-functions`,
            targetLabel: 'environment',
            replacement: name,
          })),
        },
      ],
    });
  });

  test('reads the recorded series of other clusters where it is told to', () => {
    const studio = withMonitoring('studio', { federates: ['prometheus.pro.homelab:9090'] });
    const [cluster] = synthesizeClusters([studio], [studio], readReleases());
    const [federation] = ofKind(cluster?.files.flatMap((file) => file.manifests) ?? [], 'ScrapeConfig');
    expect(federation?.['spec']).toMatchObject({
      staticConfigs: [{ targets: ['prometheus.pro.homelab:9090'] }],
      metricsPath: '/federate',
      honorLabels: true,
    });
  });
});
