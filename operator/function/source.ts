import { givenImage } from './destination.ts';
import type { FunctionPass, StepResult } from './pass.ts';
import type { SourceFacts } from './source-state.ts';
import { fixedVersion } from './source-version.ts';
import { validateFunction } from './validation.ts';

/** Validates what the schema cannot, and finds out what the source is now. */
export function reconcileSource({ function: fn, settings }: FunctionPass): StepResult<SourceFacts> {
  const { maxTimeoutSeconds, enforceUsableBy, builds, registry } = settings;
  const rules = { registry, maxTimeoutSeconds, enforceUsableBy, builder: builds.builder };
  const [fault] = validateFunction(fn, rules, { kind: 'unwatched' });
  if (fault !== undefined) return { facts: { kind: 'invalid', finding: fault } };
  const image = givenImage(fn.spec);
  if (image !== undefined) return { facts: { kind: 'image', image } };
  const version = fixedVersion(fn.spec);
  if (version === undefined) throw new Error('sources that must be asked are not read yet');
  return { facts: { kind: 'resolved', version } };
}
