import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FetchError } from './failure.ts';

/**
 * What a source was when it was resolved: a commit; version id or ETag of an object; its generation in Cloud Storage;
 * the digest of a listing; the digest of inline files.
 */
export const versionSchema = z.strictObject({
  kind: z.enum(['commit', 'versionId', 'etag', 'generation', 'listing', 'digest']),
  value: z.string().min(1).max(1024),
});
export type Version = z.infer<typeof versionSchema>;

/** Fails with what changed unless the source is what was expected. */
export function refuseChange(what: string, expected: Version | undefined, actual: Version): void {
  if (expected === undefined) return;
  if (expected.kind === actual.kind && expected.value === actual.value) return;
  throw new FetchError(
    'SourceChanged',
    `${what}: got ${actual.kind} ${actual.value}, expected ${expected.kind} ${expected.value}; it is resolved again`,
  );
}

/** The same for the same parts in any order of names; no two lists of parts are written alike. */
export function digestOf(parts: ReadonlyMap<string, Uint8Array | string>): string {
  const hash = createHash('sha256');
  for (const [name, part] of [...parts].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    const bytes = Buffer.from(part);
    hash.update(`${Buffer.byteLength(name)}:${name}${bytes.length}:`).update(bytes);
  }
  return `sha256:${hash.digest('hex')}`;
}
