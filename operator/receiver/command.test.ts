import { describe, expect, test } from '@jest/globals';
import type { CloudEvent } from './cloud-event.ts';
import { parseCommand } from './command.ts';
import type { CommandKind } from './event-names.ts';
import { Refusal } from './refusal.ts';

const event = (value: unknown, subject?: string): CloudEvent => ({
  id: 'e-1',
  source: '/s',
  type: 't',
  subject,
  time: undefined,
  dataContentType: undefined,
  dataSchema: undefined,
  extensions: {},
  data: value === undefined ? { kind: 'none' } : { kind: 'json', value },
});

function refusalOf(kind: CommandKind, given: CloudEvent): Refusal {
  try {
    parseCommand(kind, given, 'default');
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('got a command, expected a refusal');
}

describe('the target of a command', () => {
  test.each([
    [{ name: 'a', namespace: 'b' }, 'c/d', 'b/a'],
    [{ name: 'a' }, 'c/d', 'c/a'],
    [{ name: 'a' }, undefined, 'default/a'],
    [{}, 'c/d', 'c/d'],
    [undefined, 'd', 'default/d'],
    [{ namespace: 'b' }, 'd', 'b/d'],
  ])('is by data %j and subject %s the function %s', (value, subject, expected) => {
    const { target } = parseCommand('delete', event(value, subject), 'default');
    expect(`${target.namespace}/${target.name}`).toBe(expected);
  });

  test.each([undefined, '', 'a/b/c', 'A', 'a/', '../b', 'a'.repeat(64)])('fails by the subject %j alone', (subject) => {
    const refusal = refusalOf('rebuild', event({}, subject));
    expect([refusal.status, refusal.faults[0]?.pointer]).toEqual([400, '/data/name']);
  });
});

const deploy = (metadata: object) => event({ metadata: { name: 'a', ...metadata }, spec: { b: 1 } });

describe('a deploy', () => {
  test('carries labels, annotations and the spec as they are', () => {
    const given = deploy({
      namespace: 'n',
      labels: { 'team.io/a': 'b' },
      annotations: { 'mylambda.knative.io/c': 'd' },
    });
    expect(parseCommand('deploy', given, 'default')).toEqual({
      kind: 'deploy',
      target: { namespace: 'n', name: 'a' },
      labels: { 'team.io/a': 'b' },
      annotations: { 'mylambda.knative.io/c': 'd' },
      spec: { b: 1 },
    });
  });

  test.each([
    [
      'annotations',
      'lambda.knative.io/use-operator-image',
      '/data/metadata/annotations/lambda.knative.io~1use-operator-image',
    ],
    ['annotations', 'x.lambda.knative.io/y', '/data/metadata/annotations/x.lambda.knative.io~1y'],
    ['labels', 'lambda.knative.io/name', '/data/metadata/labels/lambda.knative.io~1name'],
  ])('fails with %s of the product: %s', (member, key, pointer) => {
    const refusal = refusalOf('deploy', deploy({ [member]: { [key]: 'true' } }));
    expect([refusal.reason, refusal.status, refusal.faults]).toEqual([
      'reserved_metadata',
      400,
      [{ pointer, message: 'reserved; remove it' }],
    ]);
  });

  test('fails when a schema of a ConfigMap let through what cannot be read', () => {
    expect(refusalOf('deploy', event({ metadata: { name: 'a' } })).faults[0]?.pointer).toBe('/data/spec');
  });
});

test('fails for bytes that are no JSON', () => {
  const given = { ...event({}), data: { kind: 'bytes', bytes: Buffer.from('x') } } as const;
  expect(refusalOf('rollback', given).status).toBe(415);
});
