import type { EnvVar } from 'kubernetes-types/core/v1.d.ts';
import type { LambdaAgent, LambdaAgentSpec } from '../api/index.ts';
import { canonicalJson } from '../specs/applied-object.ts';
import { literalVariable, variable, withOwnVariables } from '../specs/environment-variable.ts';
import type { TelemetryDefaults } from '../specs/function-environment.ts';
import { memoryVariables } from './memory-environment.ts';
import { meteredEndpoint } from './meter.ts';
import { modelVariables, promptVariables } from './model-environment.ts';

type Observability = NonNullable<LambdaAgentSpec['observability']>;

/** What an agent is told of its surroundings. */
export interface AgentSurroundings {
  readonly telemetry: TelemetryDefaults;
  /** Longest call, in seconds. */
  readonly timeoutSeconds: number;
  /** Where the agent sends events; undefined where it may send none. */
  readonly sink: string | undefined;
}

const defaultContextMessages = 10;

/** Variables of an agent's container; what the author sets wins over what is injected. */
export function agentEnvironment({ metadata, spec }: LambdaAgent, around: AgentSurroundings): readonly EnvVar[] {
  const { behavior, observability } = spec;
  const injected = [
    variable('AGENT_NAME', metadata.name),
    variable('AGENT_NAMESPACE', metadata.namespace),
    variable('TIMEOUT_SECONDS', around.timeoutSeconds),
    variable('OPERATION_MODE', spec.operationMode),
    ...modelVariables(spec.ai, meteredEndpoint({ spec })),
    ...promptVariables(spec),
    variable('MAX_CONTEXT_MESSAGES', behavior?.maxContextMessages ?? defaultContextMessages),
    variable('EMIT_EVENTS', behavior?.emitEvents ?? true),
    ...eventVariables({ metadata, spec }, around.sink),
    ...memoryVariables(spec.memory),
    ...tracingVariables(observability?.tracing, around.telemetry),
    ...metricVariables(observability?.metrics),
    ...loggingVariables(observability?.logging, around.telemetry),
  ];
  return withOwnVariables(injected, spec.env);
}

/** CloudEvents source of what an agent sends. */
function eventSource({ metadata, spec }: Pick<LambdaAgent, 'metadata' | 'spec'>): string {
  return spec.eventing?.eventSource ?? `/agents/${metadata.namespace}/${metadata.name}`;
}

/** `K_SINK` is what SinkBinding sets too; the other name of the address is older. */
function eventVariables(agent: Pick<LambdaAgent, 'metadata' | 'spec'>, sink: string | undefined): EnvVar[] {
  const intents = agent.spec.eventing?.intents;
  return [
    ...(sink === undefined ? [] : ['K_SINK', 'KNATIVE_BROKER_URL'].map((name) => variable(name, sink))),
    variable('EVENT_SOURCE', eventSource(agent)),
    ...(intents === undefined ? [] : [literalVariable('AGENT_INTENTS', canonicalJson(intents))]),
  ];
}

function tracingVariables(tracing: Observability['tracing'], defaults: TelemetryDefaults): readonly EnvVar[] {
  const endpoint = tracing === undefined ? defaults.tracesEndpoint : tracing.endpoint;
  if (tracing?.enabled === false || endpoint === '') return [variable('OTEL_SDK_DISABLED', true)];
  return [
    variable('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint),
    variable('OTEL_TRACES_SAMPLER', 'parentbased_traceidratio'),
    variable('OTEL_TRACES_SAMPLER_ARG', defaults.samplingRatio),
  ];
}

function metricVariables(metrics: Observability['metrics']): readonly EnvVar[] {
  return metrics === undefined
    ? []
    : [
        variable('METRICS_ENABLED', metrics.enabled),
        variable('METRICS_PATH', metrics.path),
        variable('METRICS_EXEMPLARS', metrics.exemplars),
      ];
}

function loggingVariables(logging: Observability['logging'], { logLevel }: TelemetryDefaults): readonly EnvVar[] {
  return [
    variable('LOG_LEVEL', logging?.level ?? logLevel),
    ...(logging === undefined
      ? []
      : [variable('LOG_FORMAT', logging.format), variable('LOG_TRACE_CONTEXT', logging.traceContext)]),
  ];
}
