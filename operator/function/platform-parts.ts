import type { LambdaFunctionSpec } from '../api/index.ts';
import { runtimes } from '../runtimes/runtimes.ts';
import type { PlatformParts } from './content-key.ts';
import type { FunctionSettings } from './settings.ts';

/** What this operator puts beside the code of a function. */
export function platformParts({ runtime }: LambdaFunctionSpec, { builds, registry }: FunctionSettings): PlatformParts {
  const repository = `${registry.push}/${registry.repository}`;
  if (runtime === undefined) return { wrapper: builds.wrapper, base: '', repository };
  const { build, run } = runtimes[runtime.language].baseImages(runtime.version);
  const base = [build, run].map((image) => `${image.repository}:${image.tag}@${image.digest ?? ''}`).join(' ');
  return { wrapper: builds.wrapper, base, repository };
}
