/** What a published name is now. */
export type Resolution =
  /** An object in manifests/; `contains` is a part of it as JSON without spaces. */
  | { readonly is: 'object'; readonly kind: string; readonly name?: string; readonly contains?: string }
  /** A word of make. */
  | { readonly is: 'verb'; readonly verb: string }
  /** A metric of the product, or a series that a rule records. */
  | { readonly is: 'metric'; readonly name: string }
  /** Something else does what it did. */
  | { readonly is: 'replaced'; readonly by: string };

export interface PublishedName {
  /** As commands, health checks, dashboards and pages write it. */
  readonly published: string;
  readonly now: Resolution;
}

const object = (
  published: string,
  kind: string,
  more: { readonly name?: string; readonly contains?: string } = {},
): PublishedName => ({ published, now: { is: 'object', kind, ...more } });
const verb = (published: string, word: string): PublishedName => ({ published, now: { is: 'verb', verb: word } });
const metric = (name: string): PublishedName => ({ published: name, now: { is: 'metric', name } });
const replaced = (published: string, by: string): PublishedName => ({ published, now: { is: 'replaced', by } });

const builder = 'knative-lambda-builder';
const operator = 'knative-lambda-operator';

const workloads: readonly PublishedName[] = [
  object(`deployment/${builder}`, 'Deployment', { name: builder }),
  object(`container builder of ${builder}`, 'Deployment', { name: builder, contains: '"name":"builder"' }),
  object(`port 8080 of ${builder}`, 'Service', { name: builder, contains: '"port":8080' }),
  object(`port 80 of ${builder}`, 'Service', { name: builder, contains: '"port":80,' }),
  object(`pods app=${builder}`, 'Deployment', { name: builder, contains: `"labels":{"app":"${builder}"` }),
  object(`deployment/${operator}`, 'Deployment', { name: operator }),
  object(`port 8080 of ${operator}`, 'Service', { name: operator, contains: '"port":8080' }),
  object(`port 8081 of ${operator}`, 'Service', { name: operator, contains: '"port":8081' }),
  object(`hpa/${builder}`, 'HorizontalPodAutoscaler', { name: builder }),
  object('ksvc/lambda-command-receiver', 'Service', {
    name: 'lambda-command-receiver',
    contains: 'serving.knative.dev/v1',
  }),
  object(`serviceaccount/${builder}`, 'ServiceAccount', { name: builder }),
  object(`IAM role ${builder}-prd`, 'ServiceAccount', { name: builder, contains: `role/${builder}-prd` }),
  object('namespace/knative-lambda', 'Namespace', { name: 'knative-lambda' }),
  ...['dev', 'staging', 'prd'].map((tier) =>
    object(`namespace knative-lambda of ${tier}`, 'Namespace', { name: `knative-lambda-${tier}` }),
  ),
  object('resourcequota/knative-lambda-quota', 'ResourceQuota', { name: 'knative-lambda-quota' }),
  object('networkpolicy/knative-lambda-network-policy', 'NetworkPolicy', { name: 'knative-lambda-network-policy' }),
  object('configmap/knative-lambda-config', 'ConfigMap', { name: 'knative-lambda-config' }),
  object('secret/rabbitmq-credentials', 'ExternalSecret', { name: 'rabbitmq-credentials' }),
  object('rolebinding/developers', 'RoleBinding', { name: 'developers' }),
  object('rolebinding/sre-team', 'RoleBinding', { name: 'sre-team' }),
  replaced(
    `role/${builder}`,
    'Role `knative-lambda-operator` makes Jobs and Knative Services; the receiver has Role `knative-lambda-receiver`',
  ),
  replaced(
    'image build Jobs',
    'made by the operator, labelled `lambda.knative.io/build=true`, with a container `kaniko`',
  ),
  replaced(
    'kubectl delete jobs --field-selector status.successful=0',
    '`make clean-failed-builds`: the selector deletes running Jobs as well',
  ),
  replaced(
    `kubectl scale deployment/${builder} --replicas=5`,
    '`make scale-builder REPLICAS=5`: Flux would undo the command within a minute',
  ),
  replaced(`kubectl logs deployment/${builder}`, 'works as it is; `make logs` adds the operator'),
];

const resources: readonly PublishedName[] = [
  ...['lambdafunctions', 'lambdaagents'].map((plural) =>
    object(`crd/${plural}.lambda.knative.io`, 'CustomResourceDefinition', { name: `${plural}.lambda.knative.io` }),
  ),
  object('lambdafunction/hello-python', 'LambdaFunction', { name: 'hello-python' }),
  object('lambdafunction/hello-nodejs', 'LambdaFunction', { name: 'hello-nodejs' }),
  replaced(
    'lambdaagent/agent-bruno',
    'an agent of its users, applied to a namespace of their own; no environment holds one',
  ),
];

const delivery: readonly PublishedName[] = [
  object('gitrepository/homelab', 'GitRepository', { name: 'homelab' }),
  object('kustomization/pro-04-knative-instances', 'Kustomization', { name: 'pro-04-knative-instances' }),
  object('kustomization/studio-04-knative-instances', 'Kustomization', { name: 'studio-04-knative-instances' }),
  ...['dev', 'staging', 'prd'].map((tier) =>
    object(`kustomization/knative-lambda of ${tier}`, 'Kustomization', { name: `knative-lambda-${tier}` }),
  ),
  replaced(
    'flux reconcile kustomization knative-lambda --with-source',
    '`make deploy-<env>`: one Kustomization for each tier',
  ),
  replaced('flux get kustomizations', '`make flux-status`'),
  replaced('flux suspend, flux resume', '`make flux-suspend` and `make flux-resume`'),
  replaced('kubectl get helmreleases -n flux-system', 'nothing: no Helm; `make flux-status` shows what Flux applies'),
  replaced(
    `kubectl rollout undo deployment/${builder}`,
    `\`make rollout-undo WORKLOAD=${builder}\`: it suspends Flux and says how to resume; revert the commit before`,
  ),
  replaced(
    'git revert HEAD',
    'works as it is: Flux applies the commit before within its interval, `make deploy-<env>` at once',
  ),
  replaced('patch of GitRepository homelab back to main', '`make flux-main-branch ENV=pro`'),
  replaced(
    'flux/clusters/homelab/infrastructure/knative-lambda',
    '`make synth OUT=` writes this folder of the fleet repository; `delivery.path` names it',
  ),
  replaced('deploy/overlays/ENV, values.yaml', '`stacks/<env>.ts`, then `make synth`'),
  replaced(
    'scripts/promote-to-staging.sh, scripts/promote-to-prod.sh',
    'a digest in `stacks/releases.yaml`: by commit for staging, by a reviewed pull request for prd; a mutable tag is refused',
  ),
  replaced('argocd.homelab', 'there is no Argo CD: `make pf-argocd` follows Flux and says so'),
];

const rollout: readonly PublishedName[] = [
  object(`canary/${builder}`, 'Canary', { name: builder }),
  object('metric request-success-rate', 'MetricTemplate', { contains: 'request-success-rate' }),
  object('metric request-duration', 'MetricTemplate', { contains: 'request-duration' }),
  object('header x-ab-test', 'HTTPRoute', { contains: 'x-ab-test' }),
];

const eventing: readonly PublishedName[] = [
  object('rabbitmqcluster/rabbitmq-cluster-knative-lambda', 'RabbitmqCluster', {
    name: 'rabbitmq-cluster-knative-lambda',
  }),
  ...['build-events', 'service-events', 'results'].flatMap((queue) => [
    object(`queue ${queue}`, 'Queue', { contains: `"name":"${queue}"` }),
    ...['dev', 'staging', 'prd'].map((tier) =>
      object(`queue ${queue}-${tier}`, 'Queue', { contains: `"name":"${queue}-${tier}"` }),
    ),
  ]),
  object('queue/lambda-dlq-dlq-queue', 'Queue', { name: 'lambda-dlq-dlq-queue' }),
  object('vhost /knative-lambda', 'Vhost', { contains: '"name":"/knative-lambda-dev"' }),
  replaced('login guest of RabbitMQ', 'generated credentials; `make pf-rabbitmq-admin` prints how to read them'),
  replaced('rabbitmq.homelab:15672', '`make pf-rabbitmq-admin`, localhost:15672'),
];

const observability: readonly PublishedName[] = [
  ...[
    'build_duration_seconds',
    'cloudevents_received_total',
    'build_failures_total',
    'kaniko_jobs_running',
    'builds_success_rate',
    'cold_start_duration',
    'scale_to_zero_time',
    'scale_up_time',
    'cloudevents_processing_duration_seconds',
    'kaniko_build_duration_seconds',
  ].map(metric),
  ...[
    'BuildFailureRateHigh',
    'BuilderServiceDown',
    'RabbitMQQueueBacklog',
    'KnativeLambdaCanaryFailed',
    'KnativeLambdaOperatorDown',
    'KnativeLambdaHighErrorRate',
    'KnativeLambdaBuildFailed',
  ].map((alert) => object(`alert ${alert}`, 'PrometheusRule', { contains: `"alert":"${alert}"` })),
  object('grafana.homelab/d/knative-lambda', 'ConfigMap', { contains: '"uid":"knative-lambda"' }),
  object(`job ${builder}`, 'PodMonitor', { name: builder, contains: `"replacement":"${builder}","targetLabel":"job"` }),
  replaced('grafana.homelab', '`make pf-grafana`, localhost:3000'),
  replaced('prometheus.homelab', '`make pf-prometheus`, localhost:9090'),
];

const loadTests: readonly PublishedName[] = ['smoke', 'load', 'stress'].map((test) =>
  object(`testrun/knative-lambda-execute-${test}`, 'TestRun', { name: `knative-lambda-execute-${test}` }),
);

const commands: readonly PublishedName[] = [
  ...[
    'test',
    'deploy-all-envs',
    'deploy-diff',
    'deploy-dev',
    'deploy-pro',
    'deploy-studio',
    'flux-test-branch',
    'canary-status',
    'canary-promote',
    'canary-rollback',
    'canary-describe',
    'ab-split-status',
    'k6-apply-tests',
    'k6-smoke',
    'k6-load',
    'k6-stress',
    'k6-status',
    'k6-clean',
    'metrics',
    'alerts',
    'logs',
    'pf-prometheus',
    'pf-rabbitmq',
    'pf-rabbitmq-admin',
    'pf-argocd',
    'rabbitmq-status',
    'test-e2e',
    'test-load',
    'build-images-local',
  ].map((word) => verb(`make ${word}`, word)),
  ...['dev', 'prd'].flatMap((tier) => [
    verb(`make build-and-push-all-${tier}`, `build-and-push-all-${tier}`),
    verb(`make trigger-build-${tier}`, `trigger-build-${tier}`),
    verb(`make rabbitmq-purge-lambda-queues-${tier}`, `rabbitmq-purge-lambda-queues-${tier}`),
  ]),
  replaced(
    'make rabbitmq-purge',
    '`make rabbitmq-purge-lambda-queues-<env>`, or `make rabbitmq-purge-dead-letters-<env>`',
  ),
  replaced(
    'make test-integration ENV=dev',
    '`make test TIER=cluster`: a real API server of its own instead of the environment',
  ),
  replaced('make pf-broker', '`make pf-builder`: the receiver takes the events and hands them to the broker'),
];

/** Names that published commands use, and what each is now. */
export const publishedNames: Readonly<Record<string, readonly PublishedName[]>> = {
  'Workloads and access': workloads,
  'Custom resources': resources,
  Delivery: delivery,
  Rollout: rollout,
  Eventing: eventing,
  Observability: observability,
  'Load tests': loadTests,
  Commands: commands,
};
