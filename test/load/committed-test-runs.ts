import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../../stacks/index.ts';

const pod = z.looseObject({
  image: z.string().optional(),
  serviceAccountName: z.string(),
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
  resources: z.looseObject({}),
  securityContext: z.looseObject({}),
  containerSecurityContext: z.looseObject({}),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
});

const testRun = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({
    script: z.object({ configMap: z.object({ name: z.string(), file: z.string() }) }),
    arguments: z.string(),
    parallelism: z.int(),
    initializer: pod,
    starter: pod,
    runner: pod,
  }),
});

export type CommittedTestRun = z.output<typeof testRun>;

const folderOf = (environment: string): string => join(projectRoot, 'manifests', environment, 'load-tests');

export const testRunFiles = (environment: string): readonly string[] => readdirSync(folderOf(environment)).toSorted();

/** The TestRun in one file of an environment. */
export function readTestRun(environment: string, file: string): CommittedTestRun {
  return testRun.parse(parse(readFileSync(join(folderOf(environment), file), 'utf8')));
}
