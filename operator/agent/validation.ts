import type { LambdaAgent } from '../api/index.ts';
import { answerSeconds, requestTimeout } from '../specs/knative-service.ts';
import { isUsable, type Reference, type ReferencedObjects } from '../specs/reference.ts';
import { finding, type Finding } from './finding.ts';
import { mostPromptBytes, systemPrompt } from './prompt.ts';
import { approvalReferences, referencesOf } from './references.ts';
import type { AgentSettings } from './settings.ts';

type Fault = Finding<'SpecAccepted'>;

/** All that the schema cannot refuse and that only a person can change; empty for an agent that is right. */
export function validateAgent(
  { spec }: LambdaAgent,
  settings: Pick<AgentSettings, 'enforceUsableBy' | 'maxTimeoutSeconds'>,
  objects: ReferencedObjects,
): readonly Fault[] {
  return [
    ...environmentFaults(spec),
    ...timeoutFaults(spec, settings.maxTimeoutSeconds),
    ...promptFaults(spec),
    ...[...referencesOf(spec), ...approvalReferences(spec)].flatMap((reference) =>
      referenceFaults(reference, objects, settings.enforceUsableBy),
    ),
  ];
}

/** Objects from before the rule of the schema may still have these. */
const reservedNames = new Set(['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION']);

function environmentFaults({ env = [] }: LambdaAgent['spec']): readonly Fault[] {
  return env
    .filter(({ name }) => reservedNames.has(name))
    .map(({ name }) => finding('SpecAccepted', 'EnvironmentNameReserved', { name }));
}

/** Knative waits a little longer than the agent. */
function timeoutFaults(spec: LambdaAgent['spec'], maxTimeoutSeconds: number): readonly Fault[] {
  const seconds = requestTimeout(spec, 0);
  const allowed = maxTimeoutSeconds - answerSeconds;
  return seconds > allowed ? [finding('SpecAccepted', 'TimeoutTooLong', { seconds, allowed })] : [];
}

function promptFaults(spec: LambdaAgent['spec']): readonly Fault[] {
  const prompt = systemPrompt(spec);
  if (prompt?.kind !== 'text' || prompt.bytes <= mostPromptBytes) return [];
  const { bytes, field } = prompt;
  return [finding('SpecAccepted', 'PromptTooLarge', { field, bytes, allowed: mostPromptBytes })];
}

function referenceFaults(reference: Reference, objects: ReferencedObjects, enforceUsableBy: boolean): readonly Fault[] {
  if (objects.kind === 'unwatched') return [];
  const { kind, name, optional } = reference;
  const field = `spec.${reference.field}`;
  const found = objects.find(reference);
  if (found === undefined) return optional ? [] : [finding('SpecAccepted', 'SecretMissing', { field, kind, name })];
  return enforceUsableBy && kind === 'Secret' && !isUsable(found)
    ? [finding('SpecAccepted', 'SecretNotUsable', { field, kind, name })]
    : [];
}
