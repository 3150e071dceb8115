import type { Environment, Releases } from '../stacks/index.ts';
import { builderImage, pushRegistryHost, registryHost } from './constructs/image.ts';

/** Configuration of operator and receiver: the data of the ConfigMap knative-lambda-config, read as environment variables. */
export function operatorConfiguration(environment: Environment, releases: Releases): Record<string, string> {
  const { builds, cluster, features, monitoring, namespaces, operator, rabbitmq, watch } = environment;
  return {
    ENVIRONMENT: environment.name,
    LOG_LEVEL: environment.logLevel,
    CLUSTER_NAME: cluster.name,
    WATCH_NAMESPACES: watch === 'all' ? '' : namespaces.functions.join(','),
    EXCLUDED_NAMESPACES: operator.canary?.namespaces.join(',') ?? '',
    DEFAULT_NAMESPACE: namespaces.functions[0] ?? '',
    MAX_CONCURRENT_JOBS: String(builds.maxConcurrent),
    BUILDER: builds.builder,
    BUILDER_IMAGE: builderImage(environment, releases),
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
    ...registryConfiguration(environment),
    ...codeStoreConfiguration(environment),
  };
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
