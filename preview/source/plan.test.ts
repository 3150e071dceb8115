import { describe, expect, test } from '@jest/globals';
import { parseSteps } from './plan.ts';

const step = (op: string, urn: string, more: object = {}): object => ({
  op,
  urn: `urn:pulumi:dev::knative-lambda::${urn}`,
  ...more,
});

describe('the answer of pulumi preview', () => {
  test('is read by the type and name of each resource, whatever its parents', () => {
    const steps = [
      step('create', 'aws:sqs/queue:Queue::events'),
      step('update', 'lambda:Code$aws:s3/bucket:Bucket::code', {
        diffReasons: ['tags', 'bucket'],
        detailedDiff: { tags: {} },
      }),
      step('delete', 'lambda:Objects$kubernetes:apps/v1:Deployment::one/two::three', { diffReasons: null }),
    ];
    expect(parseSteps(JSON.stringify({ steps }))).toEqual([
      { operation: 'create', type: 'aws:sqs/queue:Queue', name: 'events', properties: [] },
      { operation: 'update', type: 'aws:s3/bucket:Bucket', name: 'code', properties: ['bucket', 'tags'] },
      { operation: 'delete', type: 'kubernetes:apps/v1:Deployment', name: 'one/two::three', properties: [] },
    ]);
  });

  test('leaves out what stays, halves of a replace, and what only the engine knows', () => {
    const steps = [
      step('same', 'aws:sqs/queue:Queue::events'),
      step('create-replacement', 'aws:s3/bucket:Bucket::code'),
      step('replace', 'aws:s3/bucket:Bucket::code', { replaceReasons: ['bucket'] }),
      step('delete-replaced', 'aws:s3/bucket:Bucket::code'),
      step('update', 'pulumi:providers:aws::aws'),
    ];
    expect(parseSteps(JSON.stringify({ steps })).map(({ operation }) => operation)).toEqual(['replace']);
  });

  test('may have no step at all', () => {
    expect(parseSteps('{"config":{},"changeSummary":{"same":12}}')).toEqual([]);
  });
});
