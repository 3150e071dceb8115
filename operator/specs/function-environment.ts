import type { EnvVar } from 'kubernetes-types/core/v1.d.ts';
import type { Language, LambdaFunction, LambdaFunctionSpec } from '../api/index.ts';
import { secretVariable, variable, withOwnVariables } from './environment-variable.ts';

type Observability = NonNullable<LambdaFunctionSpec['observability']>;

/** What an environment says of telemetry where a function says nothing. */
export interface TelemetryDefaults {
  /** OTLP receiver; empty sends no spans. */
  readonly tracesEndpoint: string;
  /** 0 to 1. */
  readonly samplingRatio: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** What a wrapper must know of its pod. */
export interface CallLimits {
  readonly timeoutSeconds: number;
  /** Calls at a time. */
  readonly concurrency: number;
}

export const defaultHandlers = {
  python: 'main.handler',
  nodejs: 'index.handler',
  go: 'main.Handler',
} as const satisfies Record<Language, string>;

/** Variables of a function's container; what the author sets wins over what is injected. */
export function functionEnvironment(
  { metadata, spec }: LambdaFunction,
  telemetry: TelemetryDefaults,
  { timeoutSeconds, concurrency }: CallLimits,
): readonly EnvVar[] {
  const injected = [
    ...handlerVariable(spec),
    variable('FUNCTION_NAME', metadata.name),
    variable('FUNCTION_NAMESPACE', metadata.namespace),
    variable('TIMEOUT_SECONDS', timeoutSeconds),
    variable('MAX_CONCURRENCY', concurrency),
    ...tracingVariables(spec.observability?.tracing, telemetry),
    ...metricVariables(spec.observability?.metrics),
    ...loggingVariables(spec.observability?.logging, telemetry),
    ...logfireVariables(spec.observability?.logfire),
  ];
  return withOwnVariables(injected, spec.env);
}

function handlerVariable({ runtime, source }: LambdaFunctionSpec): readonly EnvVar[] {
  return runtime === undefined || source.type === 'image'
    ? []
    : [variable('HANDLER', runtime.handler ?? defaultHandlers[runtime.language])];
}

function tracingVariables(tracing: Observability['tracing'], telemetry: TelemetryDefaults): readonly EnvVar[] {
  const endpoint = tracing === undefined ? telemetry.tracesEndpoint : tracing.endpoint;
  if (tracing?.enabled === false || endpoint === '') return [variable('OTEL_SDK_DISABLED', true)];
  return [
    variable('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint),
    variable('OTEL_TRACES_SAMPLER', 'parentbased_traceidratio'),
    variable('OTEL_TRACES_SAMPLER_ARG', tracing === undefined ? telemetry.samplingRatio : tracing.samplingRate),
    ...attributeVariables(tracing?.resourceAttributes),
  ];
}

function attributeVariables(attributes: Readonly<Record<string, string>> = {}): readonly EnvVar[] {
  const text = pairs(attributes);
  return text === '' ? [] : [variable('OTEL_RESOURCE_ATTRIBUTES', text)];
}

/** `key=value,…` with what the format reserves written as percent codes, as OpenTelemetry reads it. */
function pairs(map: Readonly<Record<string, string>>): string {
  return Object.entries(map)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join(',');
}

/** Default of the schema, which is a port of Knative's own proxy: the wrapper then serves metrics where it is called. */
const unsaidMetricsPort = 9090;

function metricVariables(metrics: Observability['metrics']): readonly EnvVar[] {
  return metrics === undefined || metrics.port === unsaidMetricsPort ? [] : [variable('METRICS_PORT', metrics.port)];
}

function loggingVariables(logging: Observability['logging'], { logLevel }: TelemetryDefaults): readonly EnvVar[] {
  return [
    variable('LOG_LEVEL', logging?.level ?? logLevel),
    ...(logging === undefined ? [] : [variable('LOG_FORMAT', logging.format)]),
  ];
}

function logfireVariables(logfire: Observability['logfire']): readonly EnvVar[] {
  return logfire?.enabled === true && logfire.tokenSecretRef !== undefined
    ? [secretVariable('LOGFIRE_TOKEN', logfire.tokenSecretRef)]
    : [];
}
