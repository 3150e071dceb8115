import { createHash } from 'node:crypto';
import { parseAllDocuments } from 'yaml';
import { type Manifest, parseManifest } from '../charts/index.ts';
import { ConfigurationError, type Environment } from '../stacks/index.ts';

export type FluxSetting = Environment['delivery']['flux'];

/** Answers the text at an address. */
export type FetchText = (url: string) => Promise<string>;

/** Reads the address once; there is no second source. */
export const fetchText: FetchText = async (url) => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer.text();
};

/**
 * The objects of Flux itself, where the stack installs it: those of a published file, and only when the file is the one
 * that somebody has looked at.
 * @throws ConfigurationError when the file cannot be had or is another one
 */
export async function readFlux(flux: FluxSetting, fetchFile: FetchText): Promise<readonly Manifest[]> {
  if (flux.kind === 'installed') return [];
  const { manifest, sha256 } = flux;
  const text = await fetchFile(manifest).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([
      `delivery.flux.manifest: got ${reason} from ${manifest}, allowed the file of a release; correct the address or install Flux yourself`,
    ]);
  });
  const got = createHash('sha256').update(text).digest('hex');
  if (got !== sha256) {
    throw new ConfigurationError([
      `delivery.flux.sha256: got ${got} of ${manifest}, allowed ${sha256}; look at the file, then correct the setting`,
    ]);
  }
  const values: readonly unknown[] = parseAllDocuments(text).map((document) => document.toJS());
  return values.filter((value) => value !== null).map(parseManifest);
}
