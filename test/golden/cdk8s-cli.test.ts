import { lstatSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readFiles } from '../../tools/verification/read-files.ts';
import { copyProject, type Project } from './project.ts';

const timeoutMs = 60_000;
const objectSchema = z.looseObject({ apiVersion: z.string(), kind: z.string() });

let project: Project;
let committed: ReadonlyMap<string, string>;
beforeAll(() => {
  project = copyProject();
  committed = readFiles(project.manifests);
});
afterAll(() => project.remove());

function parseObjects(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => objectSchema.parse(document.toJS()));
}

/** Objects of an environment in the order of its kustomization. */
function objectsOf(name: string): unknown[] {
  const { resources } = z
    .object({ resources: z.array(z.string()) })
    .parse(parse(committed.get(`${name}/kustomization.yaml`) ?? ''));
  return resources.flatMap((file) => parseObjects(committed.get(`${name}/${file}`) ?? ''));
}

describe('cdk8s synth', () => {
  test(
    'leaves manifests/ as it is and lists its files',
    () => {
      const before = lstatSync(join(project.manifests, 'dev', 'operator.yaml'));
      const { code, stdout } = project.cdk8s(['synth']);
      expect(code).toBe(0);
      const listed = stdout.split('\n').filter((line) => line.startsWith('  - '));
      expect(listed.toSorted()).toEqual([...committed.keys()].map((path) => `  - dist/manifests/${path}`).toSorted());
      expect(readFiles(project.manifests)).toEqual(committed);
      expect(lstatSync(join(project.manifests, 'dev', 'operator.yaml'))).toMatchObject({ ino: before.ino });
      expect(readlinkSync(join(project.folder, 'dist', 'manifests'))).toBe('../manifests');
    },
    timeoutMs,
  );

  test(
    'does the same when it is run again',
    () => {
      expect(project.cdk8s(['synth'])).toMatchObject({ code: 0 });
      expect(readFiles(project.manifests)).toEqual(committed);
    },
    timeoutMs,
  );

  test(
    'writes the same tree to the folder that -o names, over what was there',
    () => {
      const fleet = join(project.folder, 'fleet', 'knative-lambda');
      mkdirSync(fleet, { recursive: true });
      writeFileSync(join(fleet, 'old.yaml'), 'old: true\n');
      expect(project.cdk8s(['synth', '-o', fleet])).toMatchObject({ code: 0 });
      expect(readFiles(fleet)).toEqual(committed);
    },
    timeoutMs,
  );

  test(
    'prints the objects of one environment as one stream',
    () => {
      const { code, stdout } = project.cdk8s(['synth', '--stdout'], { ENV: 'dev' });
      expect(code).toBe(0);
      expect(parseObjects(stdout)).toEqual(objectsOf('dev'));
      expect(readFiles(project.manifests)).toEqual(committed);
    },
    timeoutMs,
  );

  test(
    'fails with the faults first and leaves manifests/ as it was',
    () => {
      project.changeDev('{ ...dev, logLevel: "loud" }');
      const { code, stderr } = project.cdk8s(['synth']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^dev\.logLevel: got "loud", allowed debug, .*\nError: command /);
      expect(readFiles(project.manifests)).toEqual(committed);
    },
    timeoutMs,
  );
});
