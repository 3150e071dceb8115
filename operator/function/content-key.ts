import { createHash } from 'node:crypto';
import { annotations, type LambdaFunction, type LambdaFunctionSpec } from '../api/index.ts';
import { canonicalJson } from '../specs/applied-object.ts';
import { sourceSecret } from './fetch-plan.ts';
import type { SourceVersion } from './source-version.ts';

/** What the operator puts into an image beside the author's code. */
export interface PlatformParts {
  /** Hash of the wrapper of the language, and of the instructions of its Dockerfile. */
  readonly wrapper: string;
  /** Base image with its digest. */
  readonly base: string;
  /** Registry and repository where the author names none. */
  readonly repository: string;
}

/**
 * What is in an image, in two parts: what its author decides and what the operator decides. Equal keys in a namespace
 * are one build.
 */
export interface ContentKey {
  readonly author: string;
  readonly platform: string;
}

const authorDigits = 20;
const platformDigits = 12;

/** Key of the image of a function whose source is resolved. */
export function contentKey(fn: LambdaFunction, version: SourceVersion, platform: PlatformParts): ContentKey {
  const { build, runtime, source } = fn.spec;
  const { awsRegion, imagePullSecret, insecure, registry, registryType, repository, tag }: Partial<Build> = build ?? {};
  const { handler, language, version: languageVersion }: Partial<Runtime> = runtime ?? {};
  return {
    author: hashOf(
      [
        sourceParts(source),
        [version.kind, version.value],
        [language, languageVersion, handler],
        [registry, registryType, repository, tag, imagePullSecret, awsRegion, insecure],
        rebuildParts(fn),
      ],
      authorDigits,
    ),
    platform: hashOf([[platform.wrapper, platform.base, platform.repository]], platformDigits),
  };
}

export function contentKeyText({ author, platform }: ContentKey): string {
  return `${author}-${platform}`;
}

/** Undefined for what is no key, such as one of another operator. */
export function parseContentKey(text: string): ContentKey | undefined {
  const [, author, platform] = /^([0-9a-f]{20})-([0-9a-f]{12})$/.exec(text) ?? [];
  return author === undefined || platform === undefined ? undefined : { author, platform };
}

type Part = string | boolean | undefined;
type Build = NonNullable<LambdaFunctionSpec['build']>;
type Runtime = NonNullable<LambdaFunctionSpec['runtime']>;

/** Where the code is and who reads it; not which version, and not how often one asks. */
function sourceParts(source: LambdaFunctionSpec['source']): readonly Part[] {
  const { type, ...blocks } = source;
  const block = type === 'image' || type === 'inline' ? {} : (blocks[type] ?? {});
  const location = Object.entries(block).filter(([name]) => name !== 'ref' && name !== 'secretRef');
  return [type, canonicalJson(Object.fromEntries(location)), sourceSecret(source)];
}

/** What makes the same content be built again: a request, and with forceRebuild every change of the spec. */
function rebuildParts({ metadata, spec }: LambdaFunction): readonly Part[] {
  const isForced = spec.build?.forceRebuild === true;
  return [metadata.annotations[annotations.rebuildRequested], isForced ? String(metadata.generation) : undefined];
}

/** Lengths stand before the parts, so that no two lists are written alike. */
function hashOf(lists: readonly (readonly Part[])[], digits: number): string {
  const hash = createHash('sha256');
  for (const list of lists) {
    hash.update(`[${list.length}]`);
    for (const part of list)
      hash.update(part === undefined ? '-' : `${Buffer.byteLength(String(part))}:${String(part)}`);
  }
  return hash.digest('hex').slice(0, digits);
}
