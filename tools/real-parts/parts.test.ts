import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { moduleFolder } from './cache.ts';
import type { GoProgram } from './part.ts';
import { controlPlanePart, foreignCrdsPart, parts } from './parts.ts';

const read = (module: string, file: string): string => readFileSync(join(moduleFolder(module), file), 'utf8');
const programs: readonly GoProgram[] = parts.flatMap((part) => (part.kind === 'go-programs' ? part.programs : []));

describe('the table of parts', () => {
  test('names every part and every program once', () => {
    for (const names of [parts.map((part) => part.name), programs.map((program) => program.binary)]) {
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test.each(programs)('takes $binary from a package that tools.go keeps in its module', (program) => {
    expect(read(program.module, 'tools.go')).toContain(`_ "${program.package}"`);
  });

  test('stamps the programs of Kubernetes with the version of their module', () => {
    const stamp = controlPlanePart.programs.flatMap((program) => ('ldflags' in program ? program.ldflags : []));
    const version = /^require k8s\.io\/kubernetes (\S+)$/m.exec(read('kubernetes', 'go.mod'))?.[1];
    expect(stamp).toContain(`-X k8s.io/component-base/version.gitVersion=${version}`);
    expect(stamp).toContain(`-X k8s.io/client-go/pkg/version.gitVersion=${version}`);
  });

  test('gives the staging modules of Kubernetes the minor and patch of Kubernetes', () => {
    const lines = read('kubernetes', 'go.mod').split('\n');
    const replaced = lines.filter((line) => line.includes('=>')).map((line) => line.trim().split(' ').at(-1));
    expect(replaced.length).toBeGreaterThan(20);
    expect(new Set(replaced)).toEqual(new Set(['v0.34.4']));
  });

  test('takes each file of a module once', () => {
    const folders = foreignCrdsPart.sources.map((source) => `${source.module}/${source.folder}`);
    expect(new Set(folders).size).toBe(folders.length);
  });

  test('holds a checksum for the one module that the public checksum database lacks', () => {
    const networking = foreignCrdsPart.sources.find((source) => source.module === 'knative.dev/networking');
    const checksum = `knative.dev/networking ${networking?.version} h1:`;
    expect(read('foreign-crds', 'go.sum')).toContain(checksum);
    expect(read('knative-serving', 'go.sum')).toContain(checksum);
  });
});
