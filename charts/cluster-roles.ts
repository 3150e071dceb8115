import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { agentTiers } from '../operator/api/index.ts';
import { componentLabels } from './constructs/labels.ts';

const read = ['get', 'list', 'watch'];
const write = [...read, 'create', 'update', 'patch', 'delete'];
const lambda = 'lambda.knative.io';

const rule = (apiGroup: string, resources: string[], verbs: string[]): k8s.PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});

const readLambdas = rule(lambda, ['lambdafunctions', 'lambdaagents'], read);
const readStatus = rule(lambda, ['lambdafunctions/status', 'lambdaagents/status'], ['get']);
const writeFunctions = rule(lambda, ['lambdafunctions'], write);
const writeLambdas = rule(lambda, ['lambdafunctions', 'lambdaagents'], write);
const readServing = rule('serving.knative.dev', ['services', 'revisions'], read);
const readBrokers = rule('eventing.knative.dev', ['brokers'], read);
const writeTriggers = rule('eventing.knative.dev', ['triggers'], write);
const readPods = rule('', ['pods', 'pods/log', 'events'], read);
const writeConfigMaps = rule('', ['configmaps'], write);
const createEvents = rule('events.k8s.io', ['events'], ['create', 'patch']);

/**
 * What an agent may be allowed, from least to most. RBAC only adds, so there is no tier that forbids;
 * none reads Secrets, writes roles or uses a wildcard.
 */
const tierRules = {
  'lambda-agent-restricted': [
    rule(lambda, ['lambdafunctions', 'lambdaagents'], ['get', 'list']),
    rule('', ['pods'], ['get', 'list']),
  ],
  'lambda-agent-viewer': [readLambdas, readStatus, readServing, readBrokers, readPods],
  'lambda-agent-developer': [
    readLambdas,
    readStatus,
    writeFunctions,
    readServing,
    readBrokers,
    writeTriggers,
    readPods,
    writeConfigMaps,
    createEvents,
  ],
  'lambda-agent-orchestrator': [
    readLambdas,
    readStatus,
    writeFunctions,
    rule('serving.knative.dev', ['services', 'revisions', 'configurations', 'routes'], read),
    rule('eventing.knative.dev', ['brokers', 'triggers', 'rabbitmqbrokerconfigs'], write),
    readPods,
    writeConfigMaps,
    createEvents,
  ],
  'lambda-agent-admin': [
    writeLambdas,
    readStatus,
    rule('serving.knative.dev', ['services'], write),
    rule('serving.knative.dev', ['revisions', 'configurations', 'routes'], read),
    rule('eventing.knative.dev', ['brokers', 'triggers', 'rabbitmqbrokerconfigs'], write),
    rule('batch', ['jobs'], write),
    rule('', ['serviceaccounts'], read),
    readPods,
    writeConfigMaps,
    createEvents,
  ],
  'lambda-agent-security-tester': [
    writeLambdas,
    readStatus,
    rule('serving.knative.dev', ['services'], write),
    rule('eventing.knative.dev', ['brokers', 'triggers'], write),
    rule('batch', ['jobs'], write),
    rule('k6.io', ['testruns'], write),
    readPods,
    writeConfigMaps,
    createEvents,
  ],
} as const satisfies Record<(typeof agentTiers)[number], readonly k8s.PolicyRule[]>;

/** The events API asks for them: to see dead letters, to replay them, to purge them. */
const deadLetters = (...verbs: string[]): k8s.PolicyRule => rule(lambda, ['lambdafunctions/deadletters'], verbs);

/** Rights on the custom resources for people, added to the built-in roles view, edit and admin. */
const aggregated = {
  view: [readLambdas, readStatus],
  edit: [writeLambdas, deadLetters('get', 'update')],
  admin: [writeLambdas, deadLetters('get', 'update', 'delete')],
} as const;

/** Agent tiers, and what view, edit and admin mean for the custom resources. */
export function buildClusterRoles(chart: Chart): void {
  for (const tier of agentTiers) {
    new k8s.KubeClusterRole(chart, tier, {
      metadata: {
        name: tier,
        labels: {
          ...componentLabels(tier, 'agent-rbac'),
          'rbac.lambda.knative.io/tier': tier.replace('lambda-agent-', ''),
        },
      },
      rules: [...tierRules[tier]],
    });
  }
  for (const [role, rules] of Object.entries(aggregated)) {
    new k8s.KubeClusterRole(chart, `aggregate-${role}`, {
      metadata: {
        name: `knative-lambda-${role}`,
        labels: { [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true' },
      },
      rules: [...rules],
    });
  }
}
