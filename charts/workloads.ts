import { labels } from '../operator/api/index.ts';
import type { Environment } from '../stacks/index.ts';
import type { Workload } from './flow.ts';

/** Names that published commands, health checks and dashboards use. */
export const names = {
  operator: 'knative-lambda-operator',
  operatorCanary: 'knative-lambda-operator-canary',
  receiver: 'knative-lambda-receiver',
  receiverDeployment: 'knative-lambda-builder',
  /** Flagger's route to the receiver; the Services that it splits requests between end in -primary and -canary. */
  receiverRollout: 'knative-lambda-receiver',
  rolloutAlerts: 'flagger-alerts',
  receiverKnativeService: 'lambda-command-receiver',
  uploads: 'knative-lambda-uploads',
  builder: 'knative-lambda-builder',
  function: 'knative-lambda-function',
  /** Of a network policy. */
  agent: 'knative-lambda-agent',
  /** Account that events of a Broker act as, in each function namespace. */
  events: 'knative-lambda-events',
  /** Account that Alertmanager acts as at the receiver, its Secret, and what makes it send there. */
  alerts: 'knative-lambda-alerts',
  alertToken: 'knative-lambda-alert-token',
  alertEvents: 'knative-lambda-events',
  brokerPaths: 'knative-lambda-broker-paths',
  signingKeys: 'knative-lambda-signing-keys',
  config: 'knative-lambda-config',
  quota: 'knative-lambda-quota',
  pullSecret: 'ecr-pull',
  receiverTlsSecret: 'knative-lambda-builder-tls',
  builds: 'knative-lambda-builds',
  broker: 'rabbitmq',
  brokerIngress: 'broker-ingress',
  brokerDispatcher: 'broker-dispatcher',
  eventing: 'knative-lambda',
  brokerCredentials: 'rabbitmq-credentials',
  /** Secret and User that empty the dead-letter queue, and may nothing else. */
  deadLetterLogin: 'rabbitmq-dead-letters',
  loadTests: 'knative-lambda-k6',
  fluxNamespace: 'flux-system',
  alertReceivers: 'knative-lambda-alert-receivers',
  servingNamespace: 'knative-serving',
  eventingNamespace: 'knative-eventing',
  gatewayNamespace: 'kourier-system',
  gateway: 'kourier',
} as const;

/** Wildcard certificate of public functions, in the namespace of the gateway. */
export function functionsCertificate({ name }: Environment): string {
  return `knative-lambda-functions-${name}`;
}

/** Label of a pod of a Knative Service, put there by Knative. */
export const knativeServiceLabel = 'serving.knative.dev/service';

export function allNamespaces({ namespaces }: Environment): readonly string[] {
  return [...new Set([namespaces.control, ...namespaces.functions])];
}

export function everyPod(environment: Environment): Workload {
  return { name: 'every-pod', namespaces: allNamespaces(environment) };
}

export function operatorPods({ namespaces }: Environment): Workload {
  return { name: names.operator, namespaces: [namespaces.control], labels: { [labels.appName]: names.operator } };
}

/** Pods of the second controller; only where the environment has one. */
export function operatorCanaryPods({ namespaces, operator }: Environment): Workload | undefined {
  const name = names.operatorCanary;
  return operator.canary === undefined
    ? undefined
    : { name, namespaces: [namespaces.control], labels: { [labels.appName]: name } };
}

export function receiverPods({ namespaces, receiver }: Environment): Workload {
  return receiver.form === 'deployment'
    ? {
        name: names.receiver,
        policyName: 'knative-lambda-network-policy',
        namespaces: [namespaces.control],
        labels: { app: names.receiverDeployment },
      }
    : {
        name: names.receiver,
        namespaces: [namespaces.control],
        labels: { [knativeServiceLabel]: names.receiverKnativeService },
      };
}

/** The Service of the receiver, as Knative names the place that events go to. */
export function receiverReference({ namespaces, receiver }: Environment) {
  const namespace = namespaces.control;
  switch (receiver.form) {
    case 'deployment':
      return { apiVersion: 'v1', kind: 'Service', name: names.receiverDeployment, namespace };
    case 'knative-service':
      return { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: names.receiverKnativeService, namespace };
  }
}

/** Address of the receiver for pods of the cluster. */
export function receiverAddress(environment: Environment): string {
  const { name, namespace } = receiverReference(environment);
  return `http://${name}.${namespace}.svc.cluster.local`;
}

/** Reader of the notifications of uploads; only where code lies in S3. */
export function uploadPods({ namespaces, codeStore }: Environment): Workload | undefined {
  return codeStore.kind === 's3'
    ? { name: names.uploads, namespaces: [namespaces.control], labels: { [labels.appName]: names.uploads } }
    : undefined;
}

export function functionPods({ namespaces }: Environment): Workload {
  return {
    name: names.function,
    namespaces: namespaces.functions,
    expressions: [{ key: labels.appComponent, operator: 'In', values: ['lambda', 'agent'] }],
  };
}

/** Pods of agents alone; only where some may get rights at the API server. */
export function privilegedAgentPods({ features, namespaces }: Environment): Workload | undefined {
  return features.agentTiers.length === 0
    ? undefined
    : { name: names.agent, namespaces: namespaces.functions, labels: { [labels.appComponent]: 'agent' } };
}

export function buildPods({ namespaces }: Environment): Workload {
  return { name: names.builds, namespaces: namespaces.functions, labels: { [labels.build]: 'true' } };
}

/** Where load tests run: their runners make functions there, and the derived quota counts them. */
export function loadTestNamespace({ namespaces }: Environment): string {
  return namespaces.functions[0] ?? namespaces.control;
}

/** Pods that k6-operator makes for a TestRun: runners, initializer and starter. */
export function loadTestPods(environment: Environment): Workload {
  return { name: names.loadTests, namespaces: [loadTestNamespace(environment)], labels: { app: 'k6' } };
}

/** Nodes of the broker, labelled by the RabbitMQ cluster operator; only where the environment creates the broker. */
export function brokerPods({ rabbitmq }: Environment): Workload | undefined {
  return rabbitmq.owned
    ? { name: names.broker, namespaces: [rabbitmq.namespace], labels: { [labels.appName]: rabbitmq.cluster } }
    : undefined;
}

/** Label of the pods of Brokers and Triggers: eventing-rabbitmq, pkg/reconciler/{broker,trigger}/resources. */
const brokerRole = 'eventing.knative.dev/brokerRole';

/** Entry of each Broker, those of agents included. */
export function brokerIngressPods(environment: Environment): Workload {
  return {
    name: names.brokerIngress,
    namespaces: allNamespaces(environment),
    labels: { [brokerRole]: 'ingress' },
  };
}

/** One for each Trigger, and one for the dead letters of each Broker. */
export function dispatcherPods(environment: Environment): Workload {
  return {
    name: names.brokerDispatcher,
    namespaces: allNamespaces(environment),
    expressions: [{ key: brokerRole, operator: 'In', values: ['dispatcher', 'dispatcher-dlq'] }],
  };
}
