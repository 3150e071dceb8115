import type { LambdaFunctionSpec } from '../api/index.ts';
import { type ContentKey, parseContentKey } from './content-key.ts';

/** What a content key asks for: nothing, a build, or a build that somebody may ask for. */
export type RebuildDecision = 'none' | 'build' | 'available';

export interface RebuildFacts {
  /** Key of the image that runs; undefined before the first build. */
  readonly built: string | undefined;
  readonly wanted: ContentKey;
  readonly upgrade: LambdaFunctionSpec['upgrade'];
  /** Functions that are being rebuilt because the operator changed. */
  readonly rebuilding: number;
}

/** A new wrapper or base image alone rebuilds nothing, unless the function asks for it. */
export function decideRebuild({ built, wanted, upgrade, rebuilding }: RebuildFacts): RebuildDecision {
  const before = parseContentKey(built ?? '');
  if (before === undefined || before.author !== wanted.author) return 'build';
  if (before.platform === wanted.platform) return 'none';
  return rebuilding < rollingLimit(upgrade) ? 'build' : 'available';
}

/** `rolling(n)` is n, `never` is 0. */
function rollingLimit(upgrade: LambdaFunctionSpec['upgrade']): number {
  return Number(/^rolling\(([0-9]+)\)$/.exec(upgrade?.rebuild ?? '')?.[1] ?? 0);
}
