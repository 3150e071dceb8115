import type { BuildFacts } from './build-state.ts';
import type { StepResult } from './pass.ts';
import type { SourceFacts } from './source-state.ts';

export interface BuildResult extends StepResult<BuildFacts> {
  /** What to run; undefined while there is nothing. */
  readonly image: string | undefined;
}

export function reconcileBuild(source: SourceFacts): BuildResult {
  return source.kind === 'image'
    ? { facts: { kind: 'skipped' }, image: source.image }
    : { facts: { kind: 'waitsForSource' }, image: undefined };
}
