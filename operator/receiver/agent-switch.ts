import { z } from 'zod';
import { annotations, durationSeconds, type LambdaAgent } from '../api/index.ts';
import { type DisabledCapability, parseDisabled } from '../agent/disabled-capability.ts';
import type { CloudEvent } from './cloud-event.ts';
import { type FunctionReference, jsonOf } from './command.ts';
import { eventToken, isHandled, withHandled } from './handled-events.ts';
import { Refusal } from './refusal.ts';

/** What an event wants switched off or on again for an agent. */
export interface AgentSwitch {
  readonly kind: 'disable' | 'enable';
  readonly target: FunctionReference;
  readonly capabilities: readonly DisabledCapability['capability'][];
  /** Until it is on again; undefined for as long as nobody enables it. */
  readonly seconds: number | undefined;
  readonly reason: string;
}

const capabilityOf = {
  'brokers.create': 'broker',
  'triggers.create': 'trigger',
  'functions.create': 'function',
} as const;
const all = ['brokers.create', 'triggers.create', 'functions.create'] as const;

const label = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

const data = z.looseObject({
  agentName: label,
  agentNamespace: label.optional(),
  capabilities: z
    .array(z.enum(all))
    .min(1)
    .max(3)
    .default([...all]),
  duration: z
    .string()
    .max(20)
    .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/)
    .optional(),
  reason: z.string().max(256).default(''),
});

const kinds = new Map([
  ['disable', 'disable'],
  ['enable', 'enable'],
] as const);

/** Types that every agent takes unless it lists others. */
const usualTypes: ReadonlySet<string> = new Set(['io.homelab.rbac.disable', 'io.homelab.rbac.enable']);

/**
 * What an event wants of an agent; undefined for one that is about something else.
 * @param namespace of an agent whose event names none
 * @throws Refusal for one of the usual types that cannot be read
 */
export function parseSwitch(event: CloudEvent, namespace: string): AgentSwitch | undefined {
  const last = event.type.slice(event.type.lastIndexOf('.') + 1);
  const kind = [...kinds.values()].find((one) => one === last);
  if (kind === undefined) return undefined;
  const parsed = data.safeParse(event.data.kind === 'json' ? jsonOf(event.data) : {});
  if (!parsed.success) {
    if (!usualTypes.has(event.type)) return undefined;
    throw new Refusal('schema_validation_failed', `the data break the schema of ${event.type}`, {
      faults: parsed.error.issues.map(({ message, path }) => ({ pointer: `/data/${path.join('/')}`, message })),
    });
  }
  const { agentName, agentNamespace = namespace, capabilities, duration, reason } = parsed.data;
  return {
    kind,
    target: { namespace: agentNamespace, name: agentName },
    capabilities: capabilities.map((one) => capabilityOf[one]),
    seconds: duration === undefined ? undefined : durationSeconds(duration),
    reason,
  };
}

/** Why an agent does not let this event switch anything; undefined where it does. */
export function switchFault(
  { spec }: LambdaAgent,
  { source, type }: Pick<CloudEvent, 'source' | 'type'>,
): string | undefined {
  const controls = spec.permissions?.eventControls;
  if (controls?.allowEventDisable !== true) return 'permissions.eventControls.allowEventDisable is not true';
  if (!controls.controlEventTypes.includes(type))
    return 'permissions.eventControls.controlEventTypes has not this type';
  return controls.allowedControlSources?.includes(source) === true
    ? undefined
    : 'permissions.eventControls.allowedControlSources has not this source';
}

/** The annotations of an agent after an event; undefined where it has been here before. */
export function switched(
  wanted: AgentSwitch,
  event: CloudEvent,
  { before, now }: { readonly before: Readonly<Record<string, string>>; readonly now: Date },
): Readonly<Record<string, string>> | undefined {
  const token = eventToken(event);
  const handled = before[annotations.handledCloudEvents];
  if (isHandled(handled, token)) return undefined;
  const others = parseDisabled(before[annotations.disabledCapabilities]).filter(
    ({ capability, expiresAt }) =>
      !wanted.capabilities.includes(capability) && (expiresAt === undefined || Date.parse(expiresAt) > now.getTime()),
  );
  const off = wanted.kind === 'enable' ? [] : wanted.capabilities.map((one) => toDisabled(one, wanted, { event, now }));
  return {
    [annotations.disabledCapabilities]: JSON.stringify([...others, ...off]),
    [annotations.handledCloudEvents]: withHandled(handled, token),
  };
}

function toDisabled(
  capability: DisabledCapability['capability'],
  { seconds }: AgentSwitch,
  { event, now }: { readonly event: CloudEvent; readonly now: Date },
): DisabledCapability {
  const end = seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1000).toISOString();
  return {
    capability,
    disabledAt: now.toISOString(),
    disabledBy: event.source,
    ...(end === undefined ? {} : { expiresAt: end }),
  };
}
