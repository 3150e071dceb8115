import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFiles } from '../../tools/verification/read-files.ts';
import { copyProject, type Project } from './project.ts';

const timeoutMs = 60_000;

let project: Project;
let committed: ReadonlyMap<string, string>;
beforeAll(() => {
  project = copyProject();
  committed = readFiles(project.manifests);
});
afterAll(() => project.remove());

describe('a synth', () => {
  test.each([
    {
      wrong: 'a missing value',
      expression: '{ ...dev, builds: { ...dev.builds, maxConcurrent: undefined } }',
      faults: [/^dev\.builds\.maxConcurrent: .*missing.* stacks\/dev\.ts$/],
    },
    {
      wrong: 'a value out of range',
      expression: '{ ...dev, builds: { ...dev.builds, maxConcurrent: 0 } }',
      faults: [/^dev\.builds\.maxConcurrent: got 0, allowed .*1.*; .+ stacks\/dev\.ts$/],
    },
    {
      wrong: 'a value of the wrong kind',
      expression: '{ ...dev, builds: { ...dev.builds, maxConcurrent: "5" } }',
      faults: [/^dev\.builds\.maxConcurrent: got "5", allowed .+; .+ stacks\/dev\.ts$/],
    },
    {
      wrong: 'an unknown key',
      expression: '{ ...dev, builds: { ...dev.builds, maxConcurent: 5 } }',
      faults: [/^dev\.builds\.maxConcurent: .+; .+$/],
    },
    {
      wrong: 'two environments that share a bucket',
      expression: '{ ...dev, codeStore: staging.codeStore }',
      faults: [/^staging.*: got bucket knative-lambda-fusion-code-staging.* which dev holds.*; .+$/],
    },
    {
      wrong: 'two faults at once',
      expression: '{ ...dev, watch: "some", logLevel: "loud" }',
      faults: [/^dev\.watch: got "some", allowed all, listed; .+$/, /^dev\.logLevel: got "loud", allowed debug, .+$/],
    },
    {
      wrong: 'a quota that cannot hold the pods',
      expression: '{ ...dev, receiver: { ...dev.receiver, replicas: 50 } }',
      faults: [/^dev: ResourceQuota knative-lambda-dev\/\S+: .*allows .*needed .+$/],
    },
  ])(
    'fails on $wrong with one line for each fault, and leaves manifests/ as it was',
    ({ expression, faults }) => {
      project.changeDev(expression);
      const { code, stdout, stderr } = project.synth();
      expect(code).toBe(1);
      expect(stdout).toBe('');
      const lines = stderr.trimEnd().split('\n');
      faults.forEach((fault) => expect(lines).toContainEqual(expect.stringMatching(fault)));
      expect(lines.filter((line) => !/^(dev|staging)[.:]/.test(line))).toEqual([]);
      expect(readFiles(project.manifests)).toEqual(committed);
    },
    timeoutMs,
  );

  test(
    'fails on an unknown environment with the names of the known ones',
    () => {
      project.changeDev('dev');
      const known = 'dev, staging, prd, pro, pro-1-node, studio, studio-1-node';
      const stderr = expect.stringMatching(new RegExp(`^environment: got "production", allowed ${known}.*\\n$`));
      expect(project.synth({ ENV: 'production' })).toEqual({ code: 1, stdout: '', stderr });
    },
    timeoutMs,
  );
});
