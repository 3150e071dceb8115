import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { locateFolder } from '../../tools/real-parts/locate.ts';
import { foreignCrdsPart } from '../../tools/real-parts/parts.ts';

/** Definitions of kinds whose own ones are not published as a Go module; the schemas in it are ours. */
const stubFolder = join(import.meta.dirname, '../../tools/real-parts/crds');

let foreignCrds: readonly object[] | undefined;

/** CustomResourceDefinitions of the systems that our objects are made for, and our stubs; read once, as it takes seconds. */
export function readForeignCrds(): readonly object[] {
  foreignCrds ??= readAll();
  return foreignCrds;
}

function readAll(): readonly object[] {
  const folder = locateFolder(foreignCrdsPart);
  if (folder === undefined) throw new Error('no foreign CRDs found, make them with: make real-parts PART=foreign-crds');
  return [folder, ...(existsSync(stubFolder) ? [stubFolder] : [])].flatMap(readFolder);
}

function readFolder(folder: string): readonly object[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.toSorted().flatMap((name) => readObjects(join(folder, name)));
}

function readObjects(path: string): readonly object[] {
  const values: readonly unknown[] = parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS());
  return values.filter((value) => typeof value === 'object' && value !== null);
}
