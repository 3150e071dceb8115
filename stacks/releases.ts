import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';
import { faultLines } from './fault.ts';
import { projectRoot } from './project.ts';

const tag = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'an image tag');
/** Null or empty until the image is built; empty where Flux will fill it in, since it keeps the YAML type of a field. */
const digest = z
  .string()
  .regex(/^(sha256:[0-9a-f]{64})?$/, 'sha256: and 64 hexadecimal digits')
  .nullable()
  .transform((text) => (text === '' ? null : text));

const image = z.strictObject({ repository: z.string().min(1), tag, digest });

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
  builders: z.record(z.string(), image),
  loadTests: z.strictObject({ k6: image }),
  connectors: z.strictObject({ sqs: image }),
});

export type Releases = z.output<typeof releasesSchema>;

const file = 'stacks/releases.yaml';

function readYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]?.replace(/:$/, '') : '';
    throw new ConfigurationError([
      `releases: got no valid YAML (${reason}), allowed one document; change it in ${file}`,
    ]);
  }
}

/** @throws ConfigurationError with one line for each fault in the text */
export function parseReleases(text: string): Releases {
  const value = readYaml(text);
  const parsed = releasesSchema.safeParse(value);
  if (!parsed.success) {
    throw new ConfigurationError(faultLines(parsed.error.issues, value, { name: 'releases', file }));
  }
  return parsed.data;
}

export function readReleases(): Releases {
  return parseReleases(readFileSync(join(projectRoot, 'stacks', 'releases.yaml'), 'utf8'));
}

const version = /(^|-)v?[0-9]+\.[0-9]+\.[0-9]+($|[-+._])/;
const commit = /(^|[-._])(?=[a-f]*[0-9])[0-9a-f]{7,40}(-[0-9]+)?$/;
const moving = /(^|[-._])(latest|main|master|dev|develop|stable|edge|nightly|snapshot)$/i;

/** Tags that another push may move: they name neither a version nor a commit, or end in a word for "the newest". */
export function isMutableTag(name: string): boolean {
  return moving.test(name) || !(version.test(name) || commit.test(name));
}
