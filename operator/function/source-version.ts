import { createHash } from 'node:crypto';
import type { LambdaFunctionSpec } from '../api/index.ts';
import { defaultHandlers } from '../specs/function-environment.ts';

/** What a source was when it was resolved, as `fetch` answers it. */
export interface SourceVersion {
  readonly kind: 'commit' | 'versionId' | 'etag' | 'generation' | 'listing' | 'digest';
  readonly value: string;
}

const manifestNames = { python: 'requirements.txt', nodejs: 'package.json', go: 'go.mod' } as const;
const extensions = { python: '.py', nodejs: '.js', go: '.go' } as const;

/** Files of an inline source by name: the code is named after the module of the handler. */
export function inlineFiles({ runtime, source }: LambdaFunctionSpec): Readonly<Record<string, string>> {
  if (runtime === undefined || source.inline === undefined) return {};
  const { handler, language } = runtime;
  const [module = ''] = (handler?.includes('.') === true ? handler : defaultHandlers[language]).split('.');
  const { code, dependencies } = source.inline;
  const name = `${language === 'go' ? 'main' : module}${extensions[language]}`;
  return { [name]: code, ...(dependencies === undefined ? {} : { [manifestNames[language]]: dependencies }) };
}

/** Version of a source that says itself what it is; undefined for one that must be asked. */
export function fixedVersion(spec: LambdaFunctionSpec): SourceVersion | undefined {
  const { source } = spec;
  if (source.type === 'inline') return { kind: 'digest', value: digestOf(inlineFiles(spec)) };
  const ref = source.type === 'git' ? (source.git?.ref ?? '') : '';
  return /^[0-9a-f]{40}$/.test(ref) ? { kind: 'commit', value: ref } : undefined;
}

/** The digest that `fetch` computes of the same files: names and contents with their lengths, in the order of the names. */
function digestOf(files: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256');
  for (const [name, text] of Object.entries(files).toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const bytes = Buffer.from(text);
    hash.update(`${Buffer.byteLength(name)}:${name}${bytes.length}:`).update(bytes);
  }
  return `sha256:${hash.digest('hex')}`;
}
