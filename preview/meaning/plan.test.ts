import { expect, test } from '@jest/globals';
import { findPlanned } from './plan.ts';

const step = (operation: string, type: string, name: string, properties: readonly string[] = []) => ({
  operation,
  type,
  name,
  properties,
});

test('a plan is told by what goes, what is made again, what changes and how much comes', () => {
  const steps = [
    step('create', 'aws:sqs/queue:Queue', 'one'),
    step('create', 'aws:sqs/queue:Queue', 'two'),
    step('replace', 'aws:s3/bucket:Bucket', 'code', ['bucket']),
    step('delete', 'kubernetes:core/v1:Namespace', 'functions'),
    step('update', 'kubernetes:apps/v1:Deployment', 'operator', ['spec']),
    step('import', 'aws:iam/role:Role', 'builder'),
  ];
  expect(findPlanned({ stack: 'dev', steps }).map(({ object, text, code }) => [object, text, code])).toEqual([
    ['stack dev', 'would create `2 aws:sqs/queue:Queue`', undefined],
    ['aws:s3/bucket:Bucket code', 'would be replaced for `bucket`', 'cloud-replaced'],
    ['Namespace functions', 'would be deleted', 'namespace-removed'],
    ['Deployment operator', 'would be updated for `spec`', undefined],
    ['aws:iam/role:Role builder', 'would get the operation `import`', undefined],
  ]);
});

test('a plan without a step says nothing', () => {
  expect(findPlanned({ stack: 'dev', steps: [] })).toEqual([]);
});
