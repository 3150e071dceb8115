import { expect, test } from '@jest/globals';
import { eventTypes } from '../api/index.ts';
import { currentType, meaningOf, typeLabel } from './event-names.ts';

test.each([
  ['network.notifi.lambda.build.start', eventTypes.commandBuildStart],
  ['lambda.build.start', eventTypes.commandBuildStart],
  ['network.notifi.lambda.parser.start', eventTypes.invokeAsync],
  ['lambda.parser.started', eventTypes.invokeAsync],
  ['network.notifi.lambda.service.delete', eventTypes.commandServiceDelete],
  ['lambda.service.delete', eventTypes.commandServiceDelete],
  ['lambda.build.complete', eventTypes.lifecycleBuildCompleted],
  ['lambda.build.stopped', eventTypes.lifecycleBuildCancelled],
  ['lambda.function.ready', 'io.knative.lambda.lifecycle.function.ready'],
  ['lambda.service.updated', 'io.knative.lambda.lifecycle.service.updated'],
  ['lambda.parser.failed', eventTypes.responseError],
  ['lambda.stress.test', 'lambda.stress.test'],
  ['xlambda.build.start', 'xlambda.build.start'],
  [eventTypes.commandBuildStart, eventTypes.commandBuildStart],
])('%s stands for %s', (type, current) => {
  expect(currentType(type)).toBe(current);
});

test.each([
  [eventTypes.commandBuildRetry, { kind: 'command', command: 'rebuild' }],
  [eventTypes.commandServiceCreate, { kind: 'command', command: 'deploy' }],
  [eventTypes.invokeScheduled, { kind: 'invoke', wait: 'async' }],
  [eventTypes.responseTimeout, { kind: 'response', result: 'timeout' }],
  [eventTypes.lifecycleBuildStarted, { kind: 'notice' }],
  ['constructor', { kind: 'notice' }],
])('%s means %j', (type, meaning) => {
  expect(meaningOf(type)).toEqual(meaning);
});

test('a type that nobody knows is no label of its own', () => {
  expect([typeLabel('x.y'), typeLabel(eventTypes.invokeSync)]).toEqual(['other', eventTypes.invokeSync]);
});
