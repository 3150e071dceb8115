import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Making } from './build-programs.ts';
import { moduleFolder } from './cache.ts';
import { runGo } from './go.ts';
import { parseLooseDocuments } from './loose-yaml.ts';
import { PartError } from './part-error.ts';
import type { GoModuleFiles, GoModuleFilesPart } from './part.ts';

/** Writes one file an object, named after the object, so that two sources of the same one are noticed. */
export async function copyModuleFiles(part: GoModuleFilesPart, making: Making): Promise<void> {
  making.step(`fetching ${part.sources.length} modules`);
  const folders = await downloadModules(part, making.signal);
  for (const source of part.sources) {
    making.step(`copying from ${source.module}`);
    const folder = folders.get(source.module);
    if (folder === undefined) throw new Error(`go named no folder for ${source.module}`);
    const kinds = [part.keepKind].flat();
    const objects = readObjects(source, folder, kinds);
    if (objects.size === 0) throw new PartError(`${label(source)} has no ${kinds.join(', ')} in ${source.folder}`);
    for (const [name, text] of objects) writeFileSync(join(making.folder, `${name}.yaml`), text, { flag: 'wx' });
  }
}

/** Module path to the folder that Go unpacked it into. */
async function downloadModules(part: GoModuleFilesPart, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const output = await runGo({
    arguments: ['mod', 'download', '-json', ...part.sources.map(label)],
    folder: moduleFolder(part.module),
    moduleMode: 'mod',
    signal,
  });
  return new Map(parseDownloads(output));
}

const downloadsSchema = z.array(z.object({ Path: z.string(), Dir: z.string() }));

/** Module path and folder of each download; Go prints one JSON object after the other, without an array around them. */
export function parseDownloads(output: string): readonly (readonly [string, string])[] {
  const objects: unknown = JSON.parse(`[${output.trim().replaceAll(/^\}\n\{/gm, '},{')}]`);
  return downloadsSchema.parse(objects).map((download) => [download.Path, download.Dir]);
}

function readObjects(source: GoModuleFiles, folder: string, kinds: readonly string[]): ReadonlyMap<string, string> {
  const files = source.names ?? readdirSync(join(folder, source.folder)).filter((name) => name.endsWith('.yaml'));
  const documents = files.flatMap((file) => {
    const text = readFileSync(join(folder, source.folder, file), 'utf8');
    return parseLooseDocuments(text, `${label(source)}/${source.folder}/${file}`).filter((document) =>
      kinds.some((kind) => kind === document.get('kind')),
    );
  });
  return new Map(documents.map((document) => [nameOf(document), document.toString()]));
}

/** Namespace and name: what two systems call by one name lies in namespaces of their own. */
function nameOf(document: ReturnType<typeof parseLooseDocuments>[number]): string {
  const words = [document.getIn(['metadata', 'namespace']), document.getIn(['metadata', 'name'])];
  return words.filter((word) => typeof word === 'string').join('.');
}

const label = (source: GoModuleFiles): string => `${source.module}@${source.version}`;
