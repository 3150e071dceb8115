import { z } from 'zod';
import type { CloudIdentity } from '../specs/cloud-identity.ts';
import { json, truth, wholeNumber } from '../variable-forms.ts';
import type { FunctionSettings } from './settings.ts';

const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));

const quantities = z.strictObject({ cpu: z.string(), memory: z.string() });
const resources = z.strictObject({ requests: quantities, limits: quantities });
const toleration = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(['Exists', 'Equal']).optional(),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
  tolerationSeconds: z.int().optional(),
});
const destination = z.strictObject({
  ref: z.strictObject({ apiVersion: z.string(), kind: z.string(), name: z.string(), namespace: z.string() }),
  uri: z.string().optional(),
});

const rabbitmq = z.strictObject({
  cluster: z.strictObject({ by: z.enum(['name', 'connectionSecret']), name: z.string(), namespace: z.string() }),
  queueType: z.enum(['quorum', 'classic']),
  vhost: z.string(),
});

/** Variables that say how functions are built and run; charts/configuration.ts sets them. */
export const functionVariables = {
  OPERATOR_IMAGE: z.string().default('knative-lambda-operator:latest'),
  OPERATOR_IMAGE_PULL_POLICY: z.enum(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent'),
  BUILDER: z.enum(['kaniko', 'buildah']).default('kaniko'),
  BUILDER_IMAGE: z.string().default(''),
  MAX_CONCURRENT_JOBS: wholeNumber.default(10),
  BUILD_RESOURCES: json(resources, 'JSON with requests and limits of cpu and memory').prefault(
    '{"requests":{"cpu":"500m","memory":"1Gi"},"limits":{"cpu":"2","memory":"4Gi"}}',
  ),
  BUILD_SCRATCH_SIZE: z.string().default('4Gi'),
  BUILD_NODE_SELECTOR: json(z.record(z.string(), z.string()), 'JSON with labels of nodes').prefault('{}'),
  BUILD_TOLERATIONS: json(z.array(toleration), 'JSON with a list of tolerations').prefault('[]'),
  BUILD_PRIORITY_CLASS: z.string().optional(),
  BUILD_IDENTITY: z.enum(['none', 'eks', 'web-identity']).default('none'),
  BUILD_ROLE_ARN: z.string().default(''),
  BUILD_CACHE_REPOSITORY: z.string().optional(),
  BUILD_CACHE_NEEDS_IDENTITY: truth.prefault('false'),
  BUILD_DEFAULT_REGISTRY: z.string().default('localhost:5001'),
  BUILD_PULL_REGISTRY: z.string().default('localhost:5001'),
  BUILD_REPOSITORY: z.string().default('knative-lambda-functions'),
  BUILD_INSECURE_REGISTRY: truth.prefault('false'),
  BUILD_PUSH_SECRET: z.string().optional(),
  TRUSTED_HOSTS: list.default([]),
  BROKER_NAME: z.string().default('lambda-broker'),
  BROKER_CONFIG: json(rabbitmq, 'JSON with cluster, queueType and vhost').optional(),
  DEAD_LETTER_SINK: json(destination, 'JSON with the reference of an object and a path').optional(),
  FUNCTION_TIMEOUT_SECONDS: wholeNumber.default(300),
  FUNCTION_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  MAX_TIMEOUT_SECONDS: wholeNumber.default(600),
  ENFORCE_USABLE_BY: truth.prefault('true'),
} as const;

const schema = z.object(functionVariables);
type FunctionVariables = z.output<typeof schema>;

interface Surroundings {
  readonly ENVIRONMENT: string;
  readonly WATCH_NAMESPACES: readonly string[];
  readonly FUNCTION_NAMESPACES: readonly string[];
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_TRACES_SAMPLER_ARG: number;
}

/** Accounts that the charts make in every function namespace. */
const accounts = { builder: 'knative-lambda-builder', function: 'knative-lambda-function' } as const;

const retentionSeconds = 86_400;
const resolveSeconds = 120;

/** What an environment decides for its functions. */
export function functionSettings(variables: FunctionVariables & Surroundings): FunctionSettings {
  const { BUILD_CACHE_REPOSITORY: cacheRepository } = variables;
  return {
    builds: {
      builder: variables.BUILDER,
      builderImage: variables.BUILDER_IMAGE,
      fetchImage: variables.OPERATOR_IMAGE,
      fetchPullPolicy: variables.OPERATOR_IMAGE_PULL_POLICY,
      trustedHosts: variables.TRUSTED_HOSTS,
      resources: variables.BUILD_RESOURCES,
      scratchSize: variables.BUILD_SCRATCH_SIZE,
      cache:
        cacheRepository === undefined
          ? undefined
          : { repository: cacheRepository, needsIdentity: variables.BUILD_CACHE_NEEDS_IDENTITY },
      pod: {
        serviceAccountName: accounts.builder,
        identity: identityOf(variables),
        nodeSelector: variables.BUILD_NODE_SELECTOR,
        tolerations: variables.BUILD_TOLERATIONS.map(withoutUndefined),
        priorityClassName: variables.BUILD_PRIORITY_CLASS,
      },
      maxConcurrent: variables.MAX_CONCURRENT_JOBS,
      retentionSeconds,
      resolveSeconds,
    },
    registry: {
      push: variables.BUILD_DEFAULT_REGISTRY,
      pull: variables.BUILD_PULL_REGISTRY,
      repository: variables.BUILD_REPOSITORY,
      insecure: variables.BUILD_INSECURE_REGISTRY,
      pushSecret: variables.BUILD_PUSH_SECRET,
    },
    namespaces: namespaceSettings(variables),
    serving: servingSettings(variables),
    eventing: eventingSettings(variables),
    maxTimeoutSeconds: variables.MAX_TIMEOUT_SECONDS,
    enforceUsableBy: variables.ENFORCE_USABLE_BY,
  };
}

function namespaceSettings(variables: FunctionVariables & Surroundings): FunctionSettings['namespaces'] {
  const { BROKER_CONFIG: broker, FUNCTION_NAMESPACES: ofCharts, WATCH_NAMESPACES: listed } = variables;
  return listed.length > 0 ? { kind: 'charts' } : { kind: 'operator', ofCharts, rabbitmq: broker };
}

function servingSettings(variables: FunctionVariables & Surroundings): FunctionSettings['serving'] {
  return {
    environment: variables.ENVIRONMENT,
    serviceAccountName: accounts.function,
    timeoutSeconds: variables.FUNCTION_TIMEOUT_SECONDS,
    telemetry: {
      tracesEndpoint: variables.OTEL_EXPORTER_OTLP_ENDPOINT ?? '',
      samplingRatio: variables.OTEL_TRACES_SAMPLER_ARG,
      logLevel: variables.FUNCTION_LOG_LEVEL,
    },
  };
}

function eventingSettings(variables: FunctionVariables): FunctionSettings['eventing'] {
  const { DEAD_LETTER_SINK: sink } = variables;
  return {
    broker: variables.BROKER_NAME,
    invocations: ['invokeSync', 'invokeAsync', 'invokeScheduled'],
    deadLetterSink:
      sink === undefined ? undefined : { ref: sink.ref, ...(sink.uri === undefined ? {} : { uri: sink.uri }) },
    timeoutSeconds: variables.FUNCTION_TIMEOUT_SECONDS,
  };
}

function identityOf({ BUILD_IDENTITY: kind, BUILD_ROLE_ARN: roleArn }: FunctionVariables): CloudIdentity {
  return kind === 'web-identity' ? { kind, roleArn } : { kind };
}

type Toleration = FunctionVariables['BUILD_TOLERATIONS'][number];

/** What is not set is not sent. */
function withoutUndefined({ effect, key, operator, tolerationSeconds, value }: Toleration) {
  return {
    ...(effect === undefined ? {} : { effect }),
    ...(key === undefined ? {} : { key }),
    ...(operator === undefined ? {} : { operator }),
    ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
    ...(value === undefined ? {} : { value }),
  };
}
