import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { projectRoot } from '../../stacks/index.ts';
import { parseReleases } from '../../stacks/releases.ts';

export interface Release {
  readonly tag: string;
  readonly digest: string;
  /** Null where the image holds what no commit has. */
  readonly commit: string | null;
}

/** The text of stacks/releases.yaml with another release of the operator; comments stay. */
export function withRelease(text: string, key: string, release: Release): string {
  const document = parseDocument(text);
  for (const [field, value] of Object.entries(release)) document.setIn(['operator', key, field], value);
  const changed = document.toString({ lineWidth: 0, singleQuote: true });
  parseReleases(changed);
  return changed;
}

export function writeRelease(key: string, release: Release): void {
  const file = join(projectRoot, 'stacks', 'releases.yaml');
  writeFileSync(file, withRelease(readFileSync(file, 'utf8'), key, release));
}
