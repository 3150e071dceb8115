import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { metrics } from '../operator/api/index.ts';
import { projectRoot } from '../stacks/index.ts';
import { type PublishedName, publishedNames } from '../tools/docs/published-names.ts';
import { readFiles } from '../tools/verification/read-files.ts';
import { isMakeVerb } from './make-verbs.ts';

const objectSchema = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });

const objects = [...readFiles(join(projectRoot, 'manifests'))]
  .filter(([path]) => path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'))
  .flatMap(([, text]) => parseAllDocuments(text).map((document) => objectSchema.parse(document.toJS())))
  // a dashboard is JSON inside a string of its ConfigMap
  .map((object) => ({ ...object, text: JSON.stringify(object).replaceAll(/\\n|\\|\s/g, '') }));

function hasObject(kind: string, name: string | undefined, contains = ''): boolean {
  return objects.some(
    (object) =>
      object.kind === kind && (name === undefined || object.metadata.name === name) && object.text.includes(contains),
  );
}

function resolves({ now }: PublishedName): boolean {
  switch (now.is) {
    case 'object':
      return hasObject(now.kind, now.name, now.contains);
    case 'verb':
      return isMakeVerb(now.verb);
    case 'metric':
      return Object.hasOwn(metrics, now.name) || hasObject('PrometheusRule', undefined, `"record":"${now.name}"`);
    case 'replaced':
      return [...now.by.matchAll(/make ([a-z][a-z0-9-]*)/g)].every(([, word = '']) => isMakeVerb(word));
  }
}

const names = Object.values(publishedNames).flat();
const unresolved = names.filter((name) => !resolves(name)).map(({ published }) => published);

describe('published names', () => {
  test('are listed once each', () => {
    const listed = names.map(({ published }) => published);
    expect(listed.length).toBeGreaterThan(100);
    expect(listed.toSorted()).toEqual([...new Set(listed)].toSorted());
  });

  test('resolve in manifests/, in a verb or in a replacement', () => {
    expect(unresolved).toEqual([]);
  });
});
