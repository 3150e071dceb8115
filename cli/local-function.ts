import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Language, lambdaFunctionManifestSchema, languages } from '../operator/api/index.ts';
import { runtimes } from '../operator/runtimes/index.ts';
import { UsageError } from './usage-error.ts';

/** A function on this machine, from a file of code or from its manifest. */
export interface LocalFunction {
  readonly language: Language;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Folder of the code. */
  readonly source: string;
  readonly handler: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  /** File or folder to watch for changes. */
  readonly watched: string;
  remove(this: void): void;
}

const manifestExtensions = ['.yaml', '.yml', '.json'];

const codeExtensions: ReadonlyMap<string, Language> = new Map([
  ...languages.map((language): [string, Language] => [extname(runtimes[language].sourceFile), language]),
  ['.mjs', 'nodejs'],
  ['.cjs', 'nodejs'],
]);

/** @throws UsageError where there is no function that can run here */
export function readLocalFunction(path: string, handler: string | undefined): LocalFunction {
  if (!existsSync(path) || !statSync(path).isFile()) throw new UsageError(`function: got ${path}, allowed a file`);
  const extension = extname(path);
  if (manifestExtensions.includes(extension)) return fromManifest(path, handler);
  const language = codeExtensions.get(extension);
  if (language === undefined) {
    const allowed = [...codeExtensions.keys(), ...manifestExtensions].join(', ');
    throw new UsageError(`function: got a file ${extension || 'without an extension'}, allowed ${allowed}`);
  }
  return fromCode(resolve(path), language, handler);
}

function fromCode(path: string, language: Language, handler: string | undefined): LocalFunction {
  const module = basename(path, extname(path));
  const [, functionName = ''] = runtimes[language].defaultHandler.split('.');
  return {
    language,
    name: module,
    namespace: undefined,
    source: dirname(path),
    // go builds the folder, whatever its files are called
    handler: handler ?? (language === 'go' ? undefined : `${module}.${functionName}`),
    variables: {},
    watched: dirname(path),
    remove: () => undefined,
  };
}

function parseManifest(path: string) {
  const result = lambdaFunctionManifestSchema.safeParse(parse(readFileSync(path, 'utf8')));
  if (!result.success) throw new UsageError(`${path}: no LambdaFunction:\n${z.prettifyError(result.error)}`);
  return result.data;
}

function fromManifest(path: string, handler: string | undefined): LocalFunction {
  const { metadata, spec } = parseManifest(path);
  const { inline } = spec.source;
  if (spec.source.type !== 'inline' || inline === undefined || spec.runtime === undefined) {
    throw new UsageError(
      `${path}: source.type: got ${spec.source.type}, allowed inline; run a file of its code instead`,
    );
  }
  const { language } = spec.runtime;
  const { sourceFile, dependencyFile } = runtimes[language];
  const source = mkdtempSync(join(tmpdir(), 'knative-lambda-inline-'));
  writeFileSync(join(source, sourceFile), inline.code);
  if (inline.dependencies !== undefined) writeFileSync(join(source, dependencyFile), inline.dependencies);
  const values = (spec.env ?? []).flatMap(({ name, value }): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    language,
    name: metadata.name ?? 'function',
    namespace: metadata.namespace,
    source,
    handler: handler ?? spec.runtime.handler,
    variables: Object.fromEntries(values),
    watched: path,
    remove: () => rmSync(source, { recursive: true, force: true }),
  };
}
