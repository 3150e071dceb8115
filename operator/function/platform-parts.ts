import type { LambdaFunctionSpec } from '../api/index.ts';
import { runtimes } from '../runtimes/runtimes.ts';
import type { PlatformParts } from './content-key.ts';
import type { WrapperHashes } from '../runtimes/wrapper.ts';
import type { RegistrySettings } from './destination.ts';

/** What this operator puts beside the code of a function. */
export function platformParts(
  { runtime }: LambdaFunctionSpec,
  registry: RegistrySettings,
  wrappers: WrapperHashes,
): PlatformParts {
  const repository = `${registry.push}/${registry.repository}`;
  if (runtime === undefined) return { wrapper: '', base: '', repository };
  const { build, run } = runtimes[runtime.language].baseImages(runtime.version);
  const base = [build, run].map((image) => `${image.repository}:${image.tag}@${image.digest ?? ''}`).join(' ');
  return { wrapper: wrappers[runtime.language], base, repository };
}
