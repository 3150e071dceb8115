import { posix } from 'node:path';
import ts from 'typescript';

/** Texts of source files by path from the root of the checkout, with `/`. */
export type Sources = ReadonlyMap<string, string>;

/**
 * What each folder may import from outside itself, through the door (index.ts) of what is named here.
 * Tests and tools may look into everything.
 */
const arrows: Readonly<Record<string, readonly string[] | 'everything'>> = {
  stacks: [],
  charts: ['stacks', 'operator/api'],
  infra: ['stacks', 'charts'],
  operator: [],
  preview: ['stacks', 'charts', 'infra'],
  cli: ['operator/api', 'operator/intents', 'operator/runtimes', 'preview'],
  samples: [],
  test: 'everything',
  tools: 'everything',
};

/** Folders inside a folder that import nothing outside themselves either. */
const closedFolders = ['operator/api'];

const isInside = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);

/** The file that an import names; undefined for a package. */
function resolveImport(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined;
}

function arrowFault(from: string, to: string): string | undefined {
  const [folder = ''] = from.split('/');
  const allowed = arrows[folder];
  if (allowed === undefined) return `${from}: folder ${folder} is not in the table of test/arrows.ts`;
  const closed = closedFolders.find((one) => isInside(from, one) && !isInside(to, one));
  if (closed !== undefined) return `${from}: imports ${to}, allowed nothing outside ${closed}`;
  if (allowed === 'everything' || isInside(to, folder)) return undefined;
  const doors = allowed.map((one) => `${one}/index.ts`);
  return doors.includes(to)
    ? undefined
    : `${from}: imports ${to}, allowed ${doors.join(', ') || `nothing outside ${folder}`}`;
}

/** One line for each import between folders that the table does not list. */
export function findForbiddenArrows(sources: Sources): readonly string[] {
  return [...sources].flatMap(([path, text]) =>
    ts
      .preProcessFile(text, true, true)
      .importedFiles.flatMap(({ fileName }) => resolveImport(path, fileName) ?? [])
      .flatMap((to) => arrowFault(path, to) ?? []),
  );
}

const emptyNames = new Set(['utils', 'helpers', 'common', 'types', 'constants', 'misc']);

/** Paths whose file or folder is named after no noun of the domain. */
export function findEmptyNames(paths: Iterable<string>): readonly string[] {
  return [...paths].filter((path) => path.split('/').some((part) => emptyNames.has(part.split('.')[0] ?? '')));
}

function isDefaultExport(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true;
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    const names = exportClause !== undefined && ts.isNamedExports(exportClause) ? exportClause.elements : [];
    return names.some(({ name }) => name.text === 'default');
  }
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
  );
}

/** Jest reads its settings, and Pulumi the outputs of a stack, from a default export. */
const needsDefaultExport = (path: string): boolean => /\.config\.[cm]?[jt]s$/.test(path) || path === 'infra/main.ts';

/** Paths with a default export where nothing needs one. */
export function findDefaultExports(sources: Sources): readonly string[] {
  return [...sources]
    .filter(([path]) => !needsDefaultExport(path))
    .filter(([path, text]) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest).statements.some(isDefaultExport))
    .map(([path]) => path);
}
