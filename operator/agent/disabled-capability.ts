import { z } from 'zod';
import { annotations, type LambdaAgent } from '../api/index.ts';

const capability = z.enum(['broker', 'trigger', 'function']);

const entry = z.object({
  capability,
  disabledAt: z.iso.datetime({ offset: true }),
  /** Source of the event. */
  disabledBy: z.string().max(1024),
  /** Never where it is absent. */
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

/** Something that an event has switched off. */
export type DisabledCapability = z.output<typeof entry>;

const entries = z.array(entry).max(16);

/** What an annotation of an agent has; nothing where nobody can read it. */
export function parseDisabled(text: string | undefined): readonly DisabledCapability[] {
  if (text === undefined) return [];
  try {
    return entries.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}

/** What events have switched off and is off still; nothing where the spec no longer lets them. */
export function disabledByEvent({ metadata, spec }: LambdaAgent, now: Date): readonly DisabledCapability[] {
  if (spec.permissions?.eventControls?.allowEventDisable !== true) return [];
  return parseDisabled(metadata.annotations?.[annotations.disabledCapabilities]).filter(
    ({ expiresAt }) => expiresAt === undefined || Date.parse(expiresAt) > now.getTime(),
  );
}

/** Milliseconds until one of them is on again; undefined where none is by itself. */
export function nextExpiryMs(disabled: readonly DisabledCapability[], now: Date): number | undefined {
  const times = disabled.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [Date.parse(expiresAt)]));
  return times.length === 0 ? undefined : Math.max(1000, Math.min(...times) - now.getTime());
}
