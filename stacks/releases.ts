import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';
import { projectRoot } from './project.ts';

const tag = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'an image tag');
const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits')
  .nullable();

const releasesSchema = z.strictObject({
  operator: z.record(
    z.string(),
    z.strictObject({
      tag,
      digest,
      commit: z
        .string()
        .regex(/^[0-9a-f]{40}$/, 'a full commit hash')
        .nullable(),
    }),
  ),
  builders: z.record(z.string(), z.strictObject({ repository: z.string().min(1), tag, digest })),
});

export type Releases = z.output<typeof releasesSchema>;

/** @throws ConfigurationError with one line for each fault in the text */
export function parseReleases(text: string): Releases {
  const parsed = releasesSchema.safeParse(parse(text));
  if (!parsed.success) {
    throw new ConfigurationError(
      parsed.error.issues.map((issue) => `stacks/releases.yaml: ${issue.path.join('.')}: ${issue.message}`),
    );
  }
  return parsed.data;
}

export function readReleases(): Releases {
  return parseReleases(readFileSync(join(projectRoot, 'stacks', 'releases.yaml'), 'utf8'));
}

/** Tags that another push may move: they name no release. */
export function isMutableTag(name: string): boolean {
  return !/v?[0-9]+\.[0-9]+\.[0-9]+/.test(name) && !/[0-9a-f]{7,40}$/.test(name);
}
