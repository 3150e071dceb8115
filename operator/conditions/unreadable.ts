import { z } from 'zod';
import type { Condition } from '../api/index.ts';
import type { Finding } from './finding.ts';
import { judge, progress } from './judgement.ts';

const toldSchema = z.looseObject({
  conditions: z.array(z.looseObject({ reason: z.literal('SpecUnreadable'), lastTransitionTime: z.string() })),
});

/** When a status said first that the spec cannot be read; undefined where it says something else. */
export const unreadableSince = (status: unknown): string | undefined =>
  toldSchema.safeParse(status).data?.conditions[0]?.lastTransitionTime;

export interface UnreadableStatus {
  readonly phase: 'Failed';
  readonly observedGeneration: number;
  readonly conditions: Condition[];
}

/** The whole status of an object whose spec cannot be read: what is stored of it may be unreadable too. */
export function unreadableStatus(found: Finding, generation: number, since: string): UnreadableStatus {
  const judgements = [judge('Ready', found), ...progress(found), judge(found.condition, found)];
  const times = { observedGeneration: generation, lastTransitionTime: since };
  return {
    phase: 'Failed',
    observedGeneration: generation,
    conditions: judgements.map((judgement) => ({ ...judgement, ...times })),
  };
}
