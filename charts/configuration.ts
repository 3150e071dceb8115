import type { k8s } from 'cdk8s-plus-28';
import type { Environment, Releases } from '../stacks/index.ts';
import { deadLetterSink } from './broker.ts';
import { roleArn } from './constructs/hardened-pod.ts';
import { connectionReference } from './rabbitmq.ts';
import { receiverAddress } from './workloads.ts';
import { builderImage, operatorImage, pushRegistryHost, registryHost } from './constructs/image.ts';

/** Configuration of operator and receiver: the data of the ConfigMap knative-lambda-config, read as environment variables. */
export function operatorConfiguration(environment: Environment, releases: Releases): Record<string, string> {
  const { cluster, features, monitoring, namespaces, operator, rabbitmq, watch } = environment;
  return {
    ENVIRONMENT: environment.name,
    LOG_LEVEL: environment.logLevel,
    CLUSTER_NAME: cluster.name,
    WATCH_NAMESPACES: watch === 'all' ? '' : namespaces.functions.join(','),
    EXCLUDED_NAMESPACES: operator.canary?.namespaces.join(',') ?? '',
    FUNCTION_NAMESPACES: namespaces.functions.join(','),
    DEFAULT_NAMESPACE: namespaces.functions[0] ?? '',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${monitoring.tracesEndpoint}`,
    OTEL_SERVICE_NAMESPACE: 'knative-lambda',
    OTEL_TRACES_SAMPLER_ARG: String(monitoring.samplingRatio),
    RABBITMQ_HOST: rabbitmq.host,
    RABBITMQ_VHOST: rabbitmq.vhost,
    RABBITMQ_BUILD_QUEUE: rabbitmq.queues.builds,
    RABBITMQ_SERVICE_QUEUE: rabbitmq.queues.services,
    RABBITMQ_RESULT_QUEUE: rabbitmq.queues.results,
    ENFORCE_USABLE_BY: String(features.enforceUsableBy),
    WATCH_SECRET_VERSIONS: String(features.watchSecretVersions),
    MAX_TIMEOUT_SECONDS: String(environment.knative.maxCallSeconds),
    SUPERVISION_ADDRESS: receiverAddress(environment),
    AGENT_BROKER: features.agentBroker,
    AGENT_TIERS: features.agentTiers.join(','),
    LIFECYCLE_EVENTS: features.lifecycleEvents,
    BROKER_CONFIG: JSON.stringify(brokerConfiguration(environment)),
    DEAD_LETTER_SINK: JSON.stringify(deadLetterSink(environment)),
    ...buildConfiguration(environment, releases),
    ...registryConfiguration(environment),
    ...codeStoreConfiguration(environment),
  };
}

/** What a program of the image is told of its own process, beside the shared configuration. */
export function processVariables(serviceName: string): k8s.EnvVar[] {
  return [
    { name: 'OTEL_SERVICE_NAME', value: serviceName },
    // a young generation that may grow to 48 MB costs memory and saves no time
    { name: 'NODE_OPTIONS', value: '--max-semi-space-size=4' },
  ];
}

/** Where the Brokers keep their events that the operator makes, for agents and in namespaces that are not listed: as those of addBrokers do. */
function brokerConfiguration(environment: Environment) {
  const reference = connectionReference(environment);
  const cluster =
    'connectionSecret' in reference
      ? { by: 'connectionSecret', name: reference.connectionSecret.name, namespace: reference.namespace }
      : { by: 'name', ...reference };
  return { cluster, queueType: 'quorum', vhost: environment.rabbitmq.vhost };
}

/** How builds run; what is a structure is JSON. */
function buildConfiguration(environment: Environment, releases: Releases): Record<string, string> {
  const { builds, codeStore } = environment;
  const store = codeStore.kind === 'minio' ? [codeStore.endpoint] : [];
  return {
    MAX_CONCURRENT_JOBS: String(builds.maxConcurrent),
    OPERATOR_IMAGE: operatorImage(environment, releases),
    BUILDER: builds.builder,
    BUILDER_IMAGE: builderImage(environment, releases),
    BUILD_RESOURCES: JSON.stringify(builds.resources),
    BUILD_NODE_SELECTOR: JSON.stringify(builds.nodeSelector),
    BUILD_TOLERATIONS: JSON.stringify(builds.tolerations),
    BUILD_PRIORITY_CLASS: builds.priorityClass ?? '',
    BUILD_SCRATCH_SIZE: builds.scratchSize,
    BUILD_CACHE_REPOSITORY: builds.cache?.repository ?? '',
    BUILD_CACHE_NEEDS_IDENTITY: String(builds.cache?.needsIdentity ?? false),
    BUILD_PUSH_SECRET: builds.pushSecret ?? '',
    TRUSTED_HOSTS: [...store, ...builds.trustedHosts].join(','),
    ...identityConfiguration(environment),
  };
}

/** How a build proves to the cloud who it is: on EKS a webhook adds the token that AWS trusts. */
function identityConfiguration({ cloud, cluster }: Environment): Record<string, string> {
  if (cloud === undefined) return { BUILD_IDENTITY: 'none' };
  return cluster.distribution === 'eks'
    ? { BUILD_IDENTITY: 'eks' }
    : { BUILD_IDENTITY: 'web-identity', BUILD_ROLE_ARN: roleArn(cloud.account, cloud.roles.builder) };
}

function registryConfiguration(environment: Environment): Record<string, string> {
  const { imageRegistry } = environment;
  return {
    BUILD_DEFAULT_REGISTRY: pushRegistryHost(environment),
    BUILD_PULL_REGISTRY: registryHost(environment),
    BUILD_REPOSITORY: imageRegistry.functionsRepository,
    ...(imageRegistry.kind === 'ecr'
      ? { ECR_REGISTRY: registryHost(environment), ECR_REPOSITORY: imageRegistry.functionsRepository }
      : { BUILD_INSECURE_REGISTRY: String(imageRegistry.insecure) }),
  };
}

function codeStoreConfiguration({ cloud, codeStore }: Environment): Record<string, string> {
  switch (codeStore.kind) {
    case 's3':
      return { S3_BUCKET: codeStore.bucket, S3_PREFIX: codeStore.prefix, AWS_REGION: cloud?.region ?? '' };
    case 'minio':
      return {
        MINIO_ENDPOINT: codeStore.endpoint,
        MINIO_BUCKET: codeStore.bucket,
        MINIO_SECRET: codeStore.credentialsSecret,
      };
  }
}
