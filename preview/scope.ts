import { load } from 'js-yaml';
import { z } from 'zod';
import { type Fields } from './diff/value.ts';
import { cloudObject, clusterObject, keyOf, type Objects, type PreviewObject } from './object.ts';
import { PreviewFailure, type Side } from './source/failure.ts';

/** Texts by path below manifests/. */
export type Tree = ReadonlyMap<string, string>;

/** Objects of each scope by its name: an environment, `clusters/<name>` or `shared`. */
export type Scopes = ReadonlyMap<string, Objects>;

const document = z.record(z.string(), z.unknown());
const cloudDocument = z.array(document);

function scopeOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'clusters' ? `${first}/${second}` : first;
}

/** Whether there is more than comments. */
const isDocument = (text: string): boolean => text.split('\n').some((line) => /^\s*[^#\s]/.test(line));

const isManifest = (path: string): boolean => path.includes('/') && /(\.yaml|\/cloud\.json)$/.test(path);

/** Reads manifests. Documents of the same text are parsed once, so both sides of a change share what they have in common. */
export class TreeReader {
  readonly #documents = new Map<string, Fields>();

  /**
   * Objects of a tree, of these scopes only.
   * @throws PreviewFailure naming the file that is no manifest, or the object that is there twice
   */
  read(side: Side, tree: Tree, scopes: ReadonlySet<string>): Scopes {
    const found = new Map<string, Map<string, PreviewObject>>();
    for (const [path, text] of [...tree].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
      const scope = scopeOf(path);
      if (!isManifest(path) || !scopes.has(scope)) continue;
      const objects = found.get(scope) ?? new Map<string, PreviewObject>();
      found.set(scope, objects);
      for (const object of this.#readFile(side, path, text)) addObject(objects, object, { side, path });
    }
    return found;
  }

  #readFile(side: Side, path: string, text: string): readonly PreviewObject[] {
    try {
      if (path.endsWith('.json')) return cloudDocument.parse(JSON.parse(text)).map(cloudObject);
      return text
        .split(/^---$/m)
        .filter(isDocument)
        .map((part) => clusterObject(this.#readDocument(part), path.slice(scopeOf(path).length + 1)));
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      throw new PreviewFailure(
        side,
        `manifests/${path}: got no manifest (${reason}), allowed what make synth writes; run make synth`,
      );
    }
  }

  #readDocument(text: string): Fields {
    const known = this.#documents.get(text);
    if (known !== undefined) return known;
    const read = document.parse(load(text));
    this.#documents.set(text, read);
    return read;
  }
}

interface Place {
  readonly side: Side;
  readonly path: string;
}

function addObject(objects: Map<string, PreviewObject>, object: PreviewObject, { side, path }: Place): void {
  const key = keyOf(object.id);
  if (objects.has(key)) {
    throw new PreviewFailure(
      side,
      `manifests/${path}: got ${object.id.kind} ${object.id.name} twice in one scope, allowed once; rename one of them`,
    );
  }
  objects.set(key, object);
}

export function allScopes(tree: Tree): readonly string[] {
  return [...new Set([...tree.keys()].filter(isManifest).map(scopeOf))].toSorted();
}

/** Scopes in which a file differs, sorted. */
export function changedScopes(base: Tree, head: Tree): readonly string[] {
  const paths = [...new Set([...base.keys(), ...head.keys()])].filter(isManifest);
  return [...new Set(paths.filter((path) => base.get(path) !== head.get(path)).map(scopeOf))].toSorted();
}
