import { z } from 'zod';

/** What one side of a comparison gives. */
export interface Rendering {
  /** Texts by path below manifests/. */
  readonly tree: ReadonlyMap<string, string>;
  /** Settings of the environments as its own program reads them; empty where it could not be asked. */
  readonly settings: readonly unknown[];
}

const stored = z.object({ tree: z.record(z.string(), z.string()), settings: z.array(z.unknown()) });

export function toStoredText({ tree, settings }: Rendering): string {
  return JSON.stringify({ tree: Object.fromEntries(tree), settings });
}

export function parseStoredText(text: string): Rendering {
  const { tree, settings } = stored.parse(JSON.parse(text));
  return { tree: new Map(Object.entries(tree)), settings };
}
