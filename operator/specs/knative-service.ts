import type { Container } from 'kubernetes-types/core/v1.d.ts';
import { annotations, type LambdaFunction, type LambdaFunctionSpec, quantityValue } from '../api/index.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import { type AppliedObject, canonicalJson, hashOf, withAppliedHash } from './applied-object.ts';
import { type CallLimits, functionEnvironment, type TelemetryDefaults } from './function-environment.ts';
import {
  type ContainerResources,
  hardenedSecurityContext,
  temporaryMount,
  temporaryVolume,
  toRequirements,
} from './hardened-container.ts';
import type { KnativeCondition } from './knative-condition.ts';
import { controllerReference, objectLabels } from './ownership.ts';
import type { Revision, RevisionSpec } from './revision.ts';

export interface RevisionTemplate {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: RevisionSpec;
}

export interface AppliedKnativeService extends AppliedObject {
  readonly apiVersion: 'serving.knative.dev/v1';
  readonly kind: 'Service';
  /** Never `traffic`: that is Flagger's, or whoever splits it. */
  readonly spec: { readonly template: RevisionTemplate };
}

/** A Knative Service, as far as the operator reads it. */
export interface KnativeService extends KubernetesObject {
  readonly spec: {
    readonly template: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly KnativeCondition[];
    readonly url?: string;
    readonly latestReadyRevisionName?: string;
    readonly latestCreatedRevisionName?: string;
  };
}

export const knativeServiceResource: Resource<KnativeService> = {
  group: 'serving.knative.dev',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
};

/** What an environment decides of the pods of its functions. */
export interface ServingSettings {
  /** Name of the environment, by which Knative picks the domain. */
  readonly environment: string;
  readonly serviceAccountName: string;
  /** Longest call where the function sets no TIMEOUT_SECONDS. */
  readonly timeoutSeconds: number;
  readonly telemetry: TelemetryDefaults;
}

export interface KnativeServiceProps {
  readonly function: LambdaFunction;
  /** `repository@digest` of a built image. */
  readonly image: string;
  readonly settings: ServingSettings;
  /** Secrets and ConfigMaps that the function names, with their versions: a new version is a new revision. */
  readonly references: string;
  /** Revision whose template comes back, instead of what the spec asks for. */
  readonly pinned: Revision | undefined;
  /** What is live, for what must not change by itself. */
  readonly live: KnativeService | undefined;
}

/** The service that runs a function; source: fields and defaults of the published operator. */
export function buildKnativeService(props: KnativeServiceProps): AppliedKnativeService {
  const { metadata, spec } = props.function;
  const template = props.pinned === undefined ? functionTemplate(props) : templateOf(props.pinned);
  const service: AppliedKnativeService = withAppliedHash({
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      ownerReferences: [controllerReference(props.function)],
      labels: serviceLabels(props),
      annotations: { ...runtimeAnnotations(spec), ...pinAnnotation(props.pinned) },
    },
    spec: { template: withTemplateHash(template) },
  });
  return { ...service, spec: { template: withTrace(service.spec.template, props) } };
}

function serviceLabels({ function: { metadata }, settings }: KnativeServiceProps): Record<string, string> {
  return { ...objectLabels(metadata.name, 'lambda'), environment: settings.environment };
}

function runtimeAnnotations({ runtime }: LambdaFunctionSpec): Record<string, string> {
  return runtime === undefined
    ? {}
    : { [annotations.runtime]: runtime.language, [annotations.version]: runtime.version };
}

const pinAnnotation = (pinned: Revision | undefined): Record<string, string> =>
  pinned === undefined ? {} : { [annotations.pinnedTo]: pinned.metadata.name };

/** A template with a hash of itself: it is what makes another revision. */
export function withTemplateHash(template: RevisionTemplate): RevisionTemplate {
  return annotated(template, { [annotations.appliedHash]: hashOf(canonicalJson(template), 32) });
}

function annotated({ metadata, spec }: RevisionTemplate, more: Readonly<Record<string, string>>): RevisionTemplate {
  return { metadata: { ...metadata, annotations: { ...metadata.annotations, ...more } }, spec };
}

const traceKeys = [annotations.traceParent, annotations.correlationId] as const;

/** A revision carries the trace of what caused it; a later event that changes nothing else makes no new revision. */
function withTrace(
  template: RevisionTemplate,
  { function: { metadata }, live }: KnativeServiceProps,
): RevisionTemplate {
  const before = live?.spec.template.metadata?.annotations ?? {};
  const isSame = before[annotations.appliedHash] === template.metadata.annotations[annotations.appliedHash];
  const source = isSame ? before : metadata.annotations;
  return annotated(
    template,
    Object.fromEntries(traceKeys.flatMap((key) => (source[key] === undefined ? [] : [[key, source[key]]]))),
  );
}

function functionTemplate(props: KnativeServiceProps): RevisionTemplate {
  const { settings } = props;
  const { metadata, spec } = props.function;
  const timeoutSeconds = requestTimeout(spec, settings.timeoutSeconds);
  const { containerConcurrency, target } = concurrencyOf(spec);
  return {
    metadata: {
      labels: objectLabels(metadata.name, 'lambda'),
      annotations: {
        ...scalingAnnotations(scalingOf(spec, target)),
        ...(props.references === '' ? {} : { [annotations.references]: props.references }),
        ...changedImage(props.function),
      },
    },
    spec: {
      containerConcurrency,
      timeoutSeconds: timeoutSeconds + answerSeconds,
      serviceAccountName: settings.serviceAccountName,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      imagePullSecrets: pullSecrets(spec).map((name) => ({ name })),
      containers: [functionContainer(props, { timeoutSeconds, concurrency: containerConcurrency })],
      volumes: [temporaryVolume],
    },
  };
}

/** A tag that was pushed again: Knative looks up what it means for a new revision only. */
function changedImage({ metadata, spec }: LambdaFunction): Record<string, string> {
  const changed = metadata.annotations[annotations.sourceChanged];
  return changed === undefined || spec.source.type !== 'image' || spec.source.image?.digest !== undefined
    ? {}
    : { [annotations.sourceChanged]: changed };
}

/** Template of an earlier revision: what the operator put there, without what Knative added. */
function templateOf({ metadata, spec }: Revision): RevisionTemplate {
  return { metadata: { labels: ownKeys(metadata.labels), annotations: ownKeys(metadata.annotations) }, spec };
}

function ownKeys(map: Readonly<Record<string, string>> = {}): Record<string, string> {
  const own = /^(autoscaling\.knative\.dev|lambda\.knative\.io|app\.kubernetes\.io)[/]/;
  return Object.fromEntries(Object.entries(map).filter(([key]) => own.test(key) && !isDerived(key)));
}

const isDerived = (key: string): boolean => [annotations.appliedHash, ...traceKeys].some((one) => one === key);

/** Time for the answer that a call took too long, in seconds: after it Knative ends the call itself. */
export const answerSeconds = 10;

/** Longest call in whole seconds: what the author tells the wrapper, Knative must allow. */
export function requestTimeout({ env = [] }: Pick<LambdaFunctionSpec, 'env'>, otherwise: number): number {
  const value = env.find(({ name }) => name === 'TIMEOUT_SECONDS')?.value ?? '';
  return /^([0-9]{1,6})([.][0-9]+)?$/.test(value) && Number(value) > 0 ? Math.ceil(Number(value)) : otherwise;
}

const defaultConcurrency = 10;

/** Either of the two decides both where only one is set. */
function concurrencyOf({ scaling }: LambdaFunctionSpec): {
  readonly containerConcurrency: number;
  readonly target: number;
} {
  const { containerConcurrency: limit, targetConcurrency } = scaling ?? {};
  return {
    containerConcurrency: limit ?? targetConcurrency ?? defaultConcurrency,
    target: targetConcurrency ?? Math.min(limit ?? defaultConcurrency, defaultConcurrency),
  };
}

function scalingOf({ scaling }: LambdaFunctionSpec, target: number): Scaling {
  const { minReplicas = 0, maxReplicas = 50, scaleToZeroGracePeriod } = scaling ?? {};
  return { minReplicas, maxReplicas, target, retention: scaleToZeroGracePeriod };
}

/** How many pods run. */
export interface Scaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Requests per pod that the autoscaler aims at. */
  readonly target: number;
  /** How long the last pod stays; undefined leaves it to the cluster. */
  readonly retention: string | undefined;
}

/** Annotations by which Knative scales a revision. */
export function scalingAnnotations({ maxReplicas, minReplicas, retention, target }: Scaling): Record<string, string> {
  const prefix = 'autoscaling.knative.dev';
  return {
    [`${prefix}/class`]: 'kpa.autoscaling.knative.dev',
    [`${prefix}/metric`]: 'concurrency',
    [`${prefix}/min-scale`]: String(minReplicas),
    [`${prefix}/max-scale`]: String(maxReplicas),
    [`${prefix}/target`]: String(target),
    ...(retention === undefined ? {} : { [`${prefix}/scale-to-zero-pod-retention-period`]: retention }),
  };
}

function functionContainer({ function: fn, image, settings }: KnativeServiceProps, limits: CallLimits): Container {
  const { imagePullPolicy, resources, source } = fn.spec;
  const own = source.type === 'image' ? source.image : undefined;
  return {
    name: 'user-container',
    image,
    imagePullPolicy: imagePullPolicy ?? own?.pullPolicy ?? 'IfNotPresent',
    ...entrypoint(own),
    env: [...functionEnvironment(fn, settings.telemetry, limits)],
    resources: toRequirements(podResources(resources, defaultResources)),
    securityContext: hardenedSecurityContext,
    volumeMounts: [temporaryMount],
  };
}

const wrapperPort = 8080;

/** What is asked for, and how the answer is probed: an image of the author's own may serve any path. */
function entrypoint(
  own: LambdaFunctionSpec['source']['image'],
): Pick<Container, 'command' | 'args' | 'ports' | 'readinessProbe'> {
  const port = own === undefined ? wrapperPort : own.port;
  const ports = [{ name: 'http1', containerPort: port, protocol: 'TCP' as const }];
  if (own === undefined) return { ports, readinessProbe: { httpGet: { path: '/health', port } } };
  const { args, command } = own;
  return {
    ...(command === undefined ? {} : { command: [...command] }),
    ...(args === undefined ? {} : { args: [...args] }),
    ports,
    readinessProbe: { tcpSocket: { port } },
  };
}

const defaultResources: ContainerResources = {
  requests: { cpu: '50m', memory: '64Mi' },
  limits: { cpu: '100m', memory: '128Mi' },
};

/** A limit that the author left out is the default, or the request where that is more: a quota counts limits. */
export function podResources(given: GivenResources | undefined, defaults: ContainerResources): ContainerResources {
  const requestOf = (resource: Amount): string => given?.requests?.[resource] ?? defaults.requests[resource];
  const limitOf = (resource: Amount): string =>
    given?.limits?.[resource] ?? larger(requestOf(resource), defaults.limits[resource]);
  return {
    requests: { cpu: requestOf('cpu'), memory: requestOf('memory') },
    limits: { cpu: limitOf('cpu'), memory: limitOf('memory') },
  };
}

type Amount = 'cpu' | 'memory';

/** `resources` of a function or an agent; a request that is left out is the default. */
interface GivenResources {
  readonly requests?: GivenAmounts | undefined;
  readonly limits?: GivenAmounts | undefined;
}

type GivenAmounts = Readonly<Partial<Record<Amount, string | undefined>>>;

const larger = (one: string, other: string): string => (quantityValue(one) > quantityValue(other) ? one : other);

function pullSecrets({ build, source }: LambdaFunctionSpec): readonly string[] {
  if (source.type !== 'image') return build?.imagePullSecret === undefined ? [] : [build.imagePullSecret];
  return (source.image?.imagePullSecrets ?? []).map((secret) => (typeof secret === 'string' ? secret : secret.name));
}
