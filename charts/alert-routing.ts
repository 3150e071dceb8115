import type { Chart } from 'cdk8s';
import type { Environment } from '../stacks/index.ts';
import { AlertmanagerConfig, type AlertReceiver } from './imports/prometheus.ts';
import type { Priority } from './rules/rule.ts';
import { names, receiverAddress } from './workloads.ts';

/** Keys of the Secret that the receivers log in with. */
export const alertSecretKeys = {
  pagerduty: 'pagerduty-routing-key',
  slack: 'slack-webhook-url',
  issues: 'issue-webhook-url',
} as const;

const key = (of: keyof typeof alertSecretKeys) => ({ name: names.alertReceivers, key: alertSecretKeys[of] });

const slack = (channel: string): Pick<AlertReceiver, 'slackConfigs'> => ({
  slackConfigs: [
    {
      apiURL: key('slack'),
      channel,
      sendResolved: true,
      title: '[{{ .Status | toUpper }}] {{ .CommonLabels.environment }}: {{ .CommonLabels.alertname }}',
      text: '{{ range .Alerts }}{{ .Annotations.description }}\n{{ .Annotations.runbook_url }}\n{{ end }}',
    },
  ],
});

/** Receiver of each priority: a call, two channels, and a webhook that opens an issue. */
const receivers: Readonly<Record<Priority, AlertReceiver>> = {
  P0: { name: 'pagerduty', pagerdutyConfigs: [{ routingKey: key('pagerduty'), sendResolved: true }] },
  P1: { name: 'sre-oncall', ...slack('#sre-oncall') },
  P2: { name: 'platform', ...slack('#platform') },
  P3: { name: 'issues', webhookConfigs: [{ urlSecret: key('issues'), sendResolved: false }] },
};

const silence: AlertReceiver = { name: 'nobody' };

const equal = (name: string, value: string) => ({ name, value, matchType: '=' }) as const;

function priorityRoutes({ monitoring }: Environment) {
  // a warning that pages is posted as well, so that it is seen where the others are
  const paging =
    monitoring.pagingSeverity === 'warning'
      ? [{ receiver: receivers.P0.name, matchers: [equal('severity', 'warning')], continue: true }]
      : [];
  return [
    ...paging,
    ...Object.entries(receivers).map(([priority, { name }]) => ({
      receiver: name,
      matchers: [equal('priority', priority)],
    })),
  ];
}

const events = 'events';

/**
 * Sends the alerts of one environment to its Broker, through the receiver. An object of its own: while its Secret is
 * missing the Prometheus operator leaves out the whole of it, and people are told all the same.
 */
export function addAlertEvents(chart: Chart, environment: Environment, labels: Record<string, string>): void {
  const credentials = { name: names.alertToken, key: 'token' };
  const httpConfig = { authorization: { type: 'Bearer', credentials } } as const;
  const url = `${receiverAddress(environment)}/alerts`;
  new AlertmanagerConfig(chart, 'events', {
    metadata: { name: names.alertEvents, namespace: environment.namespaces.control, labels },
    spec: {
      route: {
        receiver: events,
        matchers: [equal('environment', environment.name)],
        // each alert by itself: the receiver refuses a group that is too large as a whole
        groupBy: ['...'],
        groupWait: '10s',
        groupInterval: '10s',
        repeatInterval: '12h',
      },
      receivers: [{ name: events, webhookConfigs: [{ url, httpConfig, sendResolved: true }] }],
    },
  });
}

/** Sends the alerts of one environment to people, or to nobody where they are silent. */
export function addAlertRouting(chart: Chart, environment: Environment, labels: Record<string, string>): void {
  const routed = environment.monitoring.alerts === 'routed';
  new AlertmanagerConfig(chart, 'routing', {
    metadata: { name: 'knative-lambda', namespace: environment.namespaces.control, labels },
    spec: {
      route: {
        receiver: silence.name,
        matchers: [equal('environment', environment.name)],
        groupBy: ['alertname', 'environment', 'job'],
        groupWait: '10s',
        groupInterval: '10s',
        repeatInterval: '12h',
        ...(routed ? { routes: priorityRoutes(environment) } : {}),
      },
      receivers: [silence, ...(routed ? Object.values(receivers) : [])],
    },
  });
}
