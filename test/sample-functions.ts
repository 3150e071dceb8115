import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../stacks/index.ts';

const folder = join(projectRoot, 'samples/functions');

/** Manifests of samples/functions by file name. */
export function readSampleFunctions(): ReadonlyMap<string, unknown> {
  return new Map(readdirSync(folder).map((file) => [file, parse(readFileSync(join(folder, file), 'utf8'))]));
}
