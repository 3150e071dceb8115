import { annotations, type LambdaFunction } from '../api/index.ts';
import type { BuilderName } from '../specs/builder.ts';
import { requestTimeout } from '../specs/knative-service.ts';
import { type Invocation, invocationTypes } from '../specs/trigger.ts';
import { destinationOf, hostOf, type RegistrySettings } from './destination.ts';
import { finding, type Finding } from './finding.ts';
import { isUsable, type Reference, type ReferencedObjects } from '../specs/reference.ts';
import { referencesOf } from './references.ts';
import { inlineFiles } from './source-version.ts';

export interface ValidationSettings {
  readonly registry: RegistrySettings;
  readonly builder: BuilderName;
  /** Longest call that Knative allows, in seconds. */
  readonly maxTimeoutSeconds: number;
  /** Whether a Secret without the label is refused, or only warned of. */
  readonly enforceUsableBy: boolean;
}

type Fault = Finding<'SourceReady'>;

/** All that the schema cannot refuse and that only a person can change; empty for a function that is right. */
export function validateFunction(
  fn: LambdaFunction,
  settings: ValidationSettings,
  objects: ReferencedObjects,
): readonly Fault[] {
  return [
    ...annotationFaults(fn),
    ...environmentFaults(fn, settings),
    ...sizeFaults(fn),
    ...buildFaults(fn, settings),
    ...missingFaults(fn, objects),
    ...(settings.enforceUsableBy ? usableByFaults(fn, objects) : []),
  ];
}

/** Annotations that gave a tenant the rights of the platform. */
function annotationFaults({ metadata }: LambdaFunction): readonly Fault[] {
  return [annotations.receiverMode, annotations.useOperatorImage]
    .filter((annotation) => metadata.annotations[annotation] === 'true')
    .map((annotation) => finding('SourceReady', 'AnnotationUnsupported', { annotation }));
}

/** Objects from before the rule of the schema may still have these. */
const reservedNames = new Set(['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION']);

function environmentFaults({ spec }: LambdaFunction, { maxTimeoutSeconds }: ValidationSettings): readonly Fault[] {
  const seconds = requestTimeout(spec, 0);
  // Knative waits a little longer than the wrapper
  const allowed = maxTimeoutSeconds - 10;
  return [
    ...(spec.env ?? [])
      .filter(({ name }) => reservedNames.has(name))
      .map(({ name }) => finding('SourceReady', 'EnvironmentNameReserved', { name })),
    ...(seconds > allowed ? [finding('SourceReady', 'TimeoutTooLong', { seconds, allowed })] : []),
  ];
}

/** What a ConfigMap holds: https://kubernetes.io/docs/concepts/configuration/configmap/ */
const mostInlineBytes = 1024 ** 2;

function sizeFaults({ spec }: LambdaFunction): readonly Fault[] {
  if (spec.source.type !== 'inline') return [];
  const bytes = Object.values(inlineFiles(spec)).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return bytes > mostInlineBytes ? [finding('SourceReady', 'InlineTooLarge', { bytes, allowed: mostInlineBytes })] : [];
}

function buildFaults(fn: LambdaFunction, { builder, registry }: ValidationSettings): readonly Fault[] {
  const { build, source } = fn.spec;
  if (source.type === 'image') return [];
  const { awsRegion, pushReference, pushSecret } = destinationOf(fn, '', registry);
  const host = hostOf(pushReference);
  const isEcr = /\.dkr\.ecr\./.test(host);
  if (build?.registryType === 'ecr' && !isEcr) {
    return [finding('SourceReady', 'RegistryMissing', { type: 'ecr' })];
  }
  // only kaniko brings the helper that turns an identity into a password
  const cannotSignIn = builder === 'buildah' && isEcr && awsRegion !== undefined && pushSecret === undefined;
  return cannotSignIn ? [finding('SourceReady', 'BuilderCannotSignIn', { builder, host })] : [];
}

function missingFaults({ spec }: LambdaFunction, objects: ReferencedObjects): readonly Fault[] {
  if (objects.kind === 'unwatched') return [];
  return referencesOf(spec)
    .filter((reference) => !reference.optional && objects.find(reference) === undefined)
    .map((reference) => finding('SourceReady', 'SecretMissing', named(reference)));
}

const named = ({ field, kind, name }: Reference) => ({ field: `spec.${field}`, kind, name });

/** Secrets that a function names without leave of their owner; warned of where that is not enforced. */
export function usableByFaults({ spec }: LambdaFunction, objects: ReferencedObjects): readonly Fault[] {
  if (objects.kind === 'unwatched') return [];
  return referencesOf(spec).flatMap((reference) => {
    const object = reference.kind === 'Secret' ? objects.find(reference) : undefined;
    return object === undefined || isUsable(object)
      ? []
      : [finding('SourceReady', 'SecretNotUsable', named(reference))];
  });
}

/** What keeps events away, and nothing else. */
export function validateEventing(
  fn: LambdaFunction,
  invocations: readonly Invocation[],
): Finding<'ExposeReady'> | undefined {
  const type = invocationTypes(fn, invocations).find((one) => one.includes('*'));
  return fn.spec.eventing?.enabled === false || type === undefined
    ? undefined
    : finding('ExposeReady', 'EventTypeWildcard', { type });
}
