import { describe, expect, test } from '@jest/globals';
import type { LambdaFunctionStatus } from '../api/index.ts';
import {
  buildFacts,
  building,
  buildPod,
  builtPod,
  completeJob,
  deployFacts,
  ended,
  exposeFacts,
  factsWith,
  failedJob,
  failedService,
  jobWith,
  policyFailure,
  readyService,
  running,
  startingService,
} from './sample-facts.ts';
import { sampleFunction } from './sample.ts';
import { type FunctionFacts, functionStatus } from './status.ts';
import { functionEnd, functionTransitions } from './transitions.ts';

const prefix = 'io.knative.lambda.lifecycle.';

const statusOf = (more: Partial<FunctionFacts> = {}, fn = sampleFunction()): LambdaFunctionStatus =>
  functionStatus(factsWith({ ...more, function: fn }));

/** Types of what is told between two statuses, without their prefix. */
function told(before: LambdaFunctionStatus | undefined, after: LambdaFunctionStatus): readonly string[] {
  return functionTransitions(sampleFunction({}, {}, before), after).map(({ type }) => type.replace(prefix, ''));
}

/** What is told while the facts come one after the other, by an operator that reads its own statuses. */
function toldBy(...facts: readonly Partial<FunctionFacts>[]): readonly (readonly string[])[] {
  let before: LambdaFunctionStatus | undefined;
  return facts.map((more) => {
    const after = statusOf(more, sampleFunction({}, {}, before));
    const news = told(before, after);
    before = after;
    return news;
  });
}

const runs = building(buildFacts(jobWith({ active: 1 }), [buildPod(running('build'), 'Running')]));
const failed = building(buildFacts(policyFailure, [buildPod(ended('build', 1, 'ERROR: no such module'))]));
const late = building(buildFacts(failedJob('DeadlineExceeded', 'Job was active longer than specified deadline'), []));
const cancelled = building({ kind: 'cancelled' });
const completed = building(buildFacts(completeJob, [builtPod]));
const starting = { ...completed, deploy: deployFacts(startingService) };
const serving = { ...completed, deploy: deployFacts(readyService) };

const renamed = { lifecycleBuildStarted: 'a.b', buildFailed: 'old.failed' };
const fn = (status?: LambdaFunctionStatus) => sampleFunction({ eventing: { eventTypes: renamed } }, {}, status);

const endOf = (status?: LambdaFunctionStatus): readonly string[] =>
  functionEnd(sampleFunction({}, {}, status)).map(({ type }) => type.replace(prefix, ''));

describe('what programs are told of a function', () => {
  test('is each step from its code to a ready service, once', () => {
    expect(toldBy(runs, runs, completed, starting, serving, serving)).toEqual([
      ['function.created', 'build.started'],
      [],
      ['build.completed'],
      ['service.created'],
      ['service.ready', 'function.ready'],
      [],
    ]);
  });

  test.each([
    ['failed', failed, ['build.failed', 'function.degraded']],
    ['timed out', late, ['build.timeout', 'function.degraded']],
    ['was cancelled', cancelled, ['build.cancelled', 'function.degraded']],
  ])('says that a build %s', (_, facts, expected) => {
    expect(toldBy(runs, facts, facts)).toEqual([['function.created', 'build.started'], expected, []]);
  });

  test('says of a build that another one takes the place of that it was cancelled', () => {
    const next = { ...jobWith({ active: 1 }), metadata: { ...jobWith().metadata, name: 'build-k-2' } };
    const again = building(buildFacts(next, []));
    expect(toldBy(runs, again)[1]).toEqual(['build.cancelled', 'build.started']);
  });

  test('is a new revision and a new spec', () => {
    const before = statusOf({}, sampleFunction({}, { generation: 2 }));
    const status = { ...readyService.status, latestReadyRevisionName: 'hello-00003' };
    const after = statusOf({ deploy: deployFacts({ ...readyService, status }) });
    expect(told(before, after)).toEqual(['function.updated', 'service.updated']);
  });

  test('is that it serves no more, and that it serves again', () => {
    const broken = { deploy: deployFacts(failedService('Container image "x" failed with: crash loop')) };
    expect(toldBy({}, broken, {}).slice(1)).toEqual([['function.degraded'], ['service.ready', 'function.ready']]);
  });

  test('is that events do not arrive though it serves', () => {
    const deaf = { expose: exposeFacts({ broker: undefined }) };
    expect(toldBy({}, deaf, {}).slice(1)).toEqual([['function.degraded'], ['function.ready']]);
  });

  test('has what a reader needs, and no more of a message than an event may have', () => {
    const after = statusOf(building(buildFacts(policyFailure, [buildPod(ended('build', 1, 'x'.repeat(5000)))])));
    const build = functionTransitions(sampleFunction({}, {}, statusOf(runs)), after)[0];
    expect(build?.data).toEqual({
      jobName: 'build-k-1',
      attempt: 1,
      startedAt: '2026-01-01T11:00:01Z',
      completedAt: '2026-01-01T11:30:00Z',
      error: expect.stringMatching(/x{100}/),
    });
    expect(JSON.stringify(build).length).toBeLessThan(1500);
    const [created] = functionTransitions(sampleFunction(), statusOf());
    expect(created?.data).toEqual({
      runtime: { language: 'python', version: '3.12' },
      phase: 'Ready',
      generation: 3,
      observedGeneration: 3,
      conditions: [expect.objectContaining({ type: 'Ready', status: 'True', reason: 'Ready' })],
    });
  });

  test('names the event of a build as its author does', () => {
    expect(functionTransitions(fn(), statusOf(runs, fn())).map(({ type }) => type)).toContain('a.b');
    const news = functionTransitions(fn(statusOf(runs, fn())), statusOf(failed, fn()));
    expect(news.map(({ type }) => type)).toContain('old.failed');
  });

  test('is that it went, and with it its service and the build that ran', () => {
    expect(endOf(statusOf())).toEqual(['service.deleted', 'function.deleted']);
    expect(endOf(statusOf(runs))).toEqual(['build.cancelled', 'function.deleted']);
    expect(endOf()).toEqual(['function.deleted']);
  });
});
