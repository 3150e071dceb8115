import { describe, expect, test } from '@jest/globals';
import { buildSentEventSchemas, eventTypes, lifecycleTypes, notificationTypes } from '../api/index.ts';
import { functionEnd, functionTransitions } from '../function/transitions.ts';
import { functionSender } from '../function/sender.ts';
import { sampleFunction, sampleSettings } from '../function/sample.ts';
import type { LambdaFunctionStatus } from '../api/index.ts';
import { cloudEventOf } from './deliver.ts';
import { sentEventFaults } from './sent-event-faults.ts';
import { pendingEvent } from './transition.ts';

const builds = Object.entries(eventTypes).flatMap(([name, type]) => (name.startsWith('lifecycle') ? [type] : []));

test('each type that is sent has a schema of draft 2020-12, and no other has', () => {
  const schemas = buildSentEventSchemas();
  const sent = new Set([...builds, ...Object.values(lifecycleTypes), ...Object.values(notificationTypes)]);
  expect([...schemas.keys()].toSorted()).toEqual([...sent].toSorted());
  for (const [type, { $id, $schema }] of schemas) {
    expect($schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect($id).toBe(`https://lambda.knative.io/schemas/sent/1.0.0/${type}`);
  }
});

test('fails for a type that has no schema, a field that nobody described, and one that is missing', () => {
  expect(sentEventFaults('io.knative.lambda.lifecycle.function.scaled', {})).toEqual([
    expect.stringMatching(/has no schema/),
  ]);
  const type = lifecycleTypes.deletedFunction;
  expect(sentEventFaults(type, { name: 'hello', namespace: 'team' })).toEqual([]);
  expect(sentEventFaults(type, { name: 'hello', namespace: 'team', more: 1 })).toHaveLength(1);
  expect(sentEventFaults(type, { name: 'hello' })).toHaveLength(1);
});

const at = '2026-01-01T12:00:00Z';
const ready = (status: 'True' | 'False') => [
  { type: 'Ready', status, reason: 'Ready', message: 'm', lastTransitionTime: at, observedGeneration: 1 },
];
const started = { jobName: 'build-1', attempt: 1, startedAt: at };
const image = { imageURI: 'registry/hello@sha256:0', digest: 'sha256:0' };
const service = { serviceName: 'hello', url: 'http://hello', latestRevision: 'hello-00001', ready: true };

describe('what a function tells keeps to the schemas', () => {
  test.each<[string, LambdaFunctionStatus, LambdaFunctionStatus]>([
    ['that is new', {}, { observedGeneration: 1, phase: 'Pending' }],
    ['that is built', {}, { observedGeneration: 1, phase: 'Building', buildStatus: started }],
    ['whose image is there', { buildStatus: started }, { buildStatus: { ...started, ...image, completedAt: at } }],
    ['whose build failed', { buildStatus: started }, { buildStatus: { ...started, completedAt: at, error: 'no' } }],
    [
      'that serves',
      { observedGeneration: 1 },
      { observedGeneration: 2, serviceStatus: service, conditions: ready('True') },
    ],
    ['that serves no more', { observedGeneration: 1 }, { observedGeneration: 1, conditions: ready('False') }],
  ])('one %s', (_what, before, after) => {
    const fn = { ...sampleFunction(), status: before };
    const transitions = [...functionTransitions(fn, after), ...functionEnd({ ...fn, status: after })];
    expect(transitions.length).toBeGreaterThan(1);
    const events = transitions.map((one) =>
      cloudEventOf(functionSender(fn, sampleSettings), pendingEvent(fn, one, new Date(at))),
    );
    expect(events.flatMap(({ data, type }) => sentEventFaults(String(type), data))).toEqual([]);
  });
});
