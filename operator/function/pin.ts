import { annotations, type LambdaFunction } from '../api/index.ts';
import type { KnativeService } from '../specs/knative-service.ts';
import type { Revision } from '../specs/revision.ts';

/** A version of a function that somebody wants back. */
export type Pin =
  | { readonly kind: 'none' }
  /** The revision as it was. */
  | { readonly kind: 'revision'; readonly target: string; readonly revision: Revision }
  /** The image of this digest, with the spec as it is. */
  | { readonly kind: 'image'; readonly target: string; readonly digest: string }
  /** A revision that is gone since its template came back: what serves is kept. */
  | { readonly kind: 'kept'; readonly target: string; readonly service: KnativeService }
  | { readonly kind: 'missing'; readonly target: string };

export interface PinDecision {
  readonly pin: Pin;
  /** What the status keeps, so that the pin ends with the next change of the spec. */
  readonly pinnedTo: string | undefined;
  readonly pinnedGeneration: number | undefined;
}

/** What the rollback annotation asks for, as long as the spec is the one that it was asked for. */
export function decidePin(
  fn: LambdaFunction,
  revisions: readonly Revision[],
  live: KnativeService | undefined,
): PinDecision {
  const { annotations: set, generation } = fn.metadata;
  const target = set[annotations.rollbackTarget] ?? '';
  if (target === '') return { pin: { kind: 'none' }, pinnedTo: undefined, pinnedGeneration: undefined };
  const asked = `${target} ${set[annotations.rollbackRequested] ?? ''}`.trim();
  const { pinnedGeneration, pinnedTo } = fn.status?.serviceStatus ?? {};
  const since = pinnedTo === asked ? (pinnedGeneration ?? generation) : generation;
  return {
    pin: since === generation ? pinOf(target, revisions, live) : { kind: 'none' },
    pinnedTo: asked,
    pinnedGeneration: since,
  };
}

function pinOf(target: string, revisions: readonly Revision[], live: KnativeService | undefined): Pin {
  if (/^sha256:[0-9a-f]{64}$/.test(target)) return { kind: 'image', target, digest: target };
  const revision = revisions.find(({ metadata }) => metadata.name === target);
  if (revision !== undefined) return { kind: 'revision', target, revision };
  const isServed = live?.metadata.annotations?.[annotations.pinnedTo] === target;
  return live !== undefined && isServed ? { kind: 'kept', target, service: live } : { kind: 'missing', target };
}
