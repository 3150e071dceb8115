import { z } from 'zod';
import { type BindAddress, bindAddress } from './bind-address.ts';
import { agentSettings, agentVariables } from './agent/configuration.ts';
import type { AgentSettings } from './agent/settings.ts';
import { ConfigurationError } from './configuration-error.ts';
import { describeFlags } from './flags.ts';
import { functionSettings, functionVariables } from './function/configuration.ts';
import { readSettings } from './read-settings.ts';
import type { FunctionSettings } from './function/settings.ts';
import type { RateLimit } from './kube/rate-limit.ts';
import { lifecycleReceiver, lifecycleVariables } from './lifecycle/configuration.ts';
import type { LifecycleReceiver } from './lifecycle/receiver.ts';
import { type LogLevel, logLevels } from './telemetry/log.ts';
import type { Build } from './telemetry/process-metrics.ts';
import type { TraceSettings } from './telemetry/trace.ts';
import { namespace, namespaces, truth, wholeNumber } from './variable-forms.ts';

const address = z.url({ protocol: /^https?$/, error: 'an http or https address, for example http://tempo:4318' });
const ratio = z.string().transform(Number).pipe(z.number('a number').min(0).max(1));

const flagSchema = z.strictObject({
  mode: z
    .enum(['controller', 'fetch', 'meter', 'receiver'])
    .default('controller')
    .describe(
      'program to run: controller; fetch, which prepares a build, meter, which counts what agents use, and receiver, which takes events, have a help of their own',
    ),
  'metrics-bind-address': bindAddress.prefault(':8080').describe('where /metrics is served, :8080; 0 for nowhere'),
  'health-probe-bind-address': bindAddress
    .prefault(':8081')
    .describe('where /healthz and /readyz are served, :8081; 0 for nowhere'),
  'kube-api-qps': wholeNumber
    .prefault('0')
    .describe('requests a second to the API server, watches aside, 0 for any number'),
  'kube-api-burst': wholeNumber
    .prefault('10')
    .describe('requests at once after a pause, where --kube-api-qps is set, 10'),
  'leader-elect': truth.prefault('false').describe('work only while holding the Lease, false'),
});

/** Variables that the manifests and the image set; an empty one counts as absent. */
const variableSchema = z.object({
  ENVIRONMENT: z.string().default('unknown'),
  CLUSTER_NAME: z.string().default('unknown'),
  LOG_LEVEL: z.enum(logLevels).default('info'),
  WATCH_NAMESPACES: namespaces.default([]),
  EXCLUDED_NAMESPACES: namespaces.default([]),
  FUNCTION_NAMESPACES: namespaces.default([]),
  WATCH_SECRET_VERSIONS: truth.prefault('true'),
  LEASE_NAME: namespace.default('knative-lambda-operator'),
  POD_NAME: z.string().default('local'),
  POD_NAMESPACE: namespace.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: address.optional(),
  OTEL_SERVICE_NAME: z.string().default('knative-lambda-operator'),
  OTEL_SERVICE_NAMESPACE: z.string().default('knative-lambda'),
  OTEL_TRACES_SAMPLER_ARG: ratio.default(1),
  OPERATOR_VERSION: z.string().default('unknown'),
  OPERATOR_COMMIT: z.string().default('unknown'),
  ...functionVariables,
  ...lifecycleVariables,
  ...agentVariables,
});

type Flags = z.output<typeof flagSchema>;
type Variables = z.output<typeof variableSchema>;

/** Which namespaces the operator serves. */
export type Watch =
  | { readonly kind: 'all'; readonly except: readonly string[] }
  | { readonly kind: 'listed'; readonly namespaces: readonly string[] };

export type LeaderElection =
  | { readonly kind: 'none' }
  | { readonly kind: 'lease'; readonly namespace: string; readonly name: string };

export interface Config {
  readonly mode: Flags['mode'];
  readonly metricsAddress: BindAddress | undefined;
  readonly healthAddress: BindAddress | undefined;
  /** Of the controllers' requests; undefined for any number. */
  readonly requestRate: RateLimit | undefined;
  readonly leaderElection: LeaderElection;
  readonly watch: Watch;
  readonly logLevel: LogLevel;
  readonly tracing: TraceSettings;
  readonly build: Build;
  readonly podName: string;
  readonly functions: FunctionSettings;
  readonly agents: AgentSettings;
  /** Who hears of what happens to functions and agents. */
  readonly lifecycle: LifecycleReceiver;
  /** Namespaces in which the versions of Secrets and ConfigMaps are watched. */
  readonly referenceNamespaces: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration, from flags and environment variables; frozen.
 * @throws ConfigurationError with one line for each fault
 */
export function readConfig(args: readonly string[], environment: Environment): Config {
  const schemas = { flags: flagSchema, variables: variableSchema };
  const { flags, variables } = readSettings(schemas, { args, environment });
  return Object.freeze(toConfig(flags, variables));
}

function toConfig(flags: Flags, variables: Variables): Config {
  const { WATCH_NAMESPACES: listed, EXCLUDED_NAMESPACES: excluded } = variables;
  const functions = functionSettings(variables);
  return {
    mode: flags.mode,
    metricsAddress: flags['metrics-bind-address'],
    healthAddress: flags['health-probe-bind-address'],
    requestRate:
      flags['kube-api-qps'] === 0
        ? undefined
        : { perSecond: flags['kube-api-qps'], burst: Math.max(1, flags['kube-api-burst']) },
    leaderElection: flags['leader-elect'] ? leaseOf(variables) : { kind: 'none' },
    watch:
      listed.length === 0
        ? { kind: 'all', except: excluded }
        : { kind: 'listed', namespaces: listed.filter((name) => !excluded.includes(name)) },
    logLevel: variables.LOG_LEVEL,
    tracing: tracingOf(variables),
    build: { version: variables.OPERATOR_VERSION, commit: variables.OPERATOR_COMMIT },
    podName: variables.POD_NAME,
    functions,
    agents: agentSettings(variables, functions),
    lifecycle: lifecycleReceiver(variables.LIFECYCLE_EVENTS, functions),
    referenceNamespaces: referenceNamespaces(variables),
  };
}

/** The right to watch them is given namespace by namespace, also where the operator watches all. */
function referenceNamespaces(variables: Variables): readonly string[] {
  const { EXCLUDED_NAMESPACES: excluded, FUNCTION_NAMESPACES: functions, WATCH_NAMESPACES: listed } = variables;
  const all = listed.length === 0 ? functions : listed;
  return variables.WATCH_SECRET_VERSIONS ? all.filter((name) => !excluded.includes(name)) : [];
}

/** @throws ConfigurationError when nothing says where the Lease is */
function leaseOf({ POD_NAMESPACE: inNamespace, LEASE_NAME: name }: Variables): LeaderElection {
  if (inNamespace === undefined) {
    throw new ConfigurationError([
      'POD_NAMESPACE: missing, allowed the namespace of the Lease; set it, or leave --leader-elect out',
    ]);
  }
  return { kind: 'lease', namespace: inNamespace, name };
}

function tracingOf(variables: Variables): TraceSettings {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = variables;
  if (endpoint === undefined) return { kind: 'off' };
  const program = {
    name: variables.OTEL_SERVICE_NAME,
    namespace: variables.OTEL_SERVICE_NAMESPACE,
    version: variables.OPERATOR_VERSION,
    environment: variables.ENVIRONMENT,
    cluster: variables.CLUSTER_NAME,
    pod: variables.POD_NAME,
    podNamespace: variables.POD_NAMESPACE ?? '',
  };
  return { kind: 'otlp', endpoint, ratio: variables.OTEL_TRACES_SAMPLER_ARG, program };
}

export const usage = `usage: knative-lambda-operator [--flag=value ...]

Reconciles LambdaFunctions and LambdaAgents. In a cluster it talks to the API server as its ServiceAccount, elsewhere
as the kubeconfig says. Environment variables say the rest: ${Object.keys(variableSchema.shape).join(', ')}.

${describeFlags(flagSchema)}  --help                       this text
`;
