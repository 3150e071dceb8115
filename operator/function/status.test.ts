import { describe, expect, test } from '@jest/globals';
import { builders } from '../specs/builders.ts';
import { sampleFunction } from './sample.ts';
import { deletingStatus, type FunctionFacts, functionStatus, isSameStatus } from './status.ts';
import {
  buildFacts,
  building,
  builtPod,
  completeJob,
  conditionIn,
  deployFacts,
  digest,
  ended,
  exposeFacts,
  factsWith,
  False,
  jobWith,
  podWith,
  readyService,
  serviceWith,
} from './sample-facts.ts';
import { sourceCauses } from './status-causes/source.ts';
import { buildCauses } from './status-causes/build.ts';
import { deployCauses } from './status-causes/deploy.ts';
import { exposeCauses } from './status-causes/expose.ts';

const causes = [...sourceCauses, ...buildCauses, ...deployCauses, ...exposeCauses];

/** Conditions that stand behind the five of every function. */
const remarks = (more: Partial<FunctionFacts>) =>
  functionStatus(factsWith(more))
    .conditions?.slice(5)
    .map(({ type, status }) => `${type} ${status}`);

describe('the status', () => {
  test.each(causes)('of %s names cause and next action', (...[, facts, condition, reason, phase, words]) => {
    const status = functionStatus(factsWith(facts));
    const found = status.conditions?.find(({ type }) => type === condition);
    expect(found).toMatchObject({ reason, message: expect.stringContaining(words) });
    expect(status.phase).toBe(phase);
  });

  test.each(causes)('of %s is one that kstatus reads', (...[, facts, condition, reason, phase]) => {
    const { conditions = [] } = functionStatus(factsWith(facts));
    const statuses = new Map(conditions.map(({ type, status }) => [type, status]));
    const isServing = phase === 'Ready';
    expect(statuses.get('Ready') === 'True').toBe(isServing);
    expect(statuses.get('Stalled')).toBe(phase === 'Failed' ? 'True' : undefined);
    expect(statuses.get('Reconciling')).toBe(isServing || phase === 'Failed' ? undefined : 'True');
    const ready = conditions.find(({ type }) => type === 'Ready');
    expect(condition === 'ExposeReady' || ready?.reason === reason).toBe(true);
  });

  test('of a failed build shows the last twenty lines, without colours and secrets', () => {
    const message =
      conditionIn(factsWith(causes.find(([what]) => what === 'a build stage that failed')?.[1]), 'BuildReady')
        ?.message ?? '';
    expect(message.split('\n').length).toBe(20);
    expect(message).toContain('INFO step 22');
    expect(message).not.toMatch(/INFO step 21|abcdefgh12345678|s3cret/);
    expect(message).not.toContain('\u001B');
  });

  test('of a function that serves is Ready, with its address, pods and revision', () => {
    const pod = podWith(
      { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      { 'serving.knative.dev/revision': 'hello-00002' },
    );
    const status = functionStatus(factsWith({ deploy: deployFacts(readyService, { pods: [pod] }) }));
    expect(status).toMatchObject({
      phase: 'Ready',
      observedGeneration: 3,
      buildStatus: { contentKey: 'k', imageURI: `pull.example.com/functions@${digest}`, digest },
      serviceStatus: {
        serviceName: 'hello',
        url: 'http://hello.functions.svc.cluster.local',
        ready: true,
        replicas: 1,
        latestRevision: 'hello-00002',
      },
    });
    expect(status.conditions?.map(({ type, status: value }) => `${type} ${value}`)).toEqual([
      'Ready True',
      'SourceReady True',
      'BuildReady True',
      'DeployReady True',
      'ExposeReady True',
    ]);
  });

  test('of a function without events is Ready and says so', () => {
    const ready = conditionIn(factsWith({ expose: exposeFacts({ broker: undefined }) }), 'Ready');
    expect(ready).toMatchObject({
      status: 'True',
      reason: 'ReadyWithoutEvents',
      message: expect.stringContaining('no Broker'),
    });
  });

  test('of a new build keeps the image that still runs', () => {
    const before = {
      buildStatus: { contentKey: 'old', imageURI: 'r@sha256:1', digest: 'sha256:1', jobName: 'build-old-1' },
    };
    const facts = factsWith({
      function: sampleFunction({}, {}, before),
      build: buildFacts(jobWith({ active: 1 }), []),
    });
    expect(functionStatus(facts).buildStatus).toEqual({
      jobName: 'build-k-1',
      attempt: 1,
      startedAt: '2026-01-01T11:00:01Z',
      contentKey: 'old',
      imageURI: 'r@sha256:1',
      digest: 'sha256:1',
    });
  });

  test('of a finished build has its digest, whichever step reports it', () => {
    const byPush = podWith({ phase: 'Succeeded', containerStatuses: [ended('push', 0, `${digest}\n`)] });
    const expected = {
      contentKey: 'k',
      digest,
      imageURI: `pull.example.com/functions@${digest}`,
      completedAt: '2026-01-01T11:02:00Z',
    };
    expect(functionStatus(factsWith({ build: buildFacts(completeJob, [builtPod]) })).buildStatus).toMatchObject(
      expected,
    );
    const facts = buildFacts(completeJob, [byPush], { builder: builders.buildah });
    expect(functionStatus(factsWith({ build: facts })).buildStatus).toMatchObject(expected);
  });

  test('of a rollback whose revision Knative has removed says so, with what to do, and is Ready', () => {
    const facts = factsWith({ deploy: deployFacts(readyService, { pinnedTo: 'hello-00001', isPinGone: true }) });
    expect(conditionIn(facts, 'Ready')).toMatchObject({ status: 'True', reason: 'Ready' });
    expect(conditionIn(facts, 'DeployReady')).toMatchObject({
      status: 'True',
      reason: 'RolledBackForGood',
      message: expect.stringMatching(/hello-00001 did, which Knative has removed since; change the spec/),
    });
  });

  test('of a rollback names what is pinned, until the spec changes', () => {
    const pin = { pinnedTo: 'hello-00001 2026', pinnedGeneration: 3 };
    const status = functionStatus(factsWith({ pin, deploy: deployFacts(readyService, { pinnedTo: 'hello-00001' }) }));
    expect(status.serviceStatus).toMatchObject(pin);
    expect(status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'DeployReady',
        reason: 'RolledBack',
        message: expect.stringContaining('pinned to hello-00001'),
      }),
    );
  });

  test('of a failed revision says which one still serves', () => {
    const service = serviceWith([False('Ready', 'RevisionFailed', 'x')], { latestReadyRevisionName: 'hello-00001' });
    expect(conditionIn(factsWith({ deploy: deployFacts(service) }), 'DeployReady')?.message).toContain(
      'revision hello-00001 still serves',
    );
  });

  test('of a function that is being deleted is Deleting, and keeps what it was', () => {
    const fn = sampleFunction({}, { deletionTimestamp: '2026-01-01T11:59:00Z' });
    const before = functionStatus(factsWith());
    const status = deletingStatus({ ...fn, status: before }, new Date('2026-01-01T12:00:00Z'));
    expect(status).toMatchObject({ phase: 'Deleting', serviceStatus: before.serviceStatus });
    expect(status.conditions?.map(({ reason, status: value, type }) => `${type} ${value} ${reason}`)).toEqual([
      'Ready Unknown Deleting',
      'Reconciling True Deleting',
      'SourceReady True SourceResolved',
      'BuildReady True BuildSucceeded',
      'DeployReady True Deployed',
      'ExposeReady True Exposed',
    ]);
    expect(deletingStatus({ ...fn, status }, new Date('2026-01-01T13:00:00Z'))).toEqual(status);
  });

  test('remarks what holds nothing up, only while it is so', () => {
    const facts = {
      isRebuildAvailable: true,
      areSecretsWatched: false,
      ineffective: ['spec.triggers (use spec.eventing)'],
    };
    expect(remarks(facts)).toEqual(['RebuildAvailable True', 'SecretsWatched False', 'SpecEffective False']);
    expect(remarks({})).toEqual([]);
    expect(functionStatus(factsWith(facts)).phase).toBe('Ready');
  });

  test('is the same for the same facts, whenever it is made', () => {
    const first = functionStatus(factsWith());
    const later = factsWith({ function: sampleFunction({}, {}, first), now: new Date('2026-02-01T00:00:00Z') });
    expect(functionStatus(later)).toEqual(first);
    expect(isSameStatus(first, functionStatus(later))).toBe(true);
    expect(isSameStatus(first, functionStatus(factsWith({ expose: { kind: 'off' } })))).toBe(false);
  });

  test('moves the time of a condition only when it turns', () => {
    const first = functionStatus(factsWith(building(buildFacts(jobWith({ active: 1 }), []))));
    const second = functionStatus(
      factsWith({ function: sampleFunction({}, {}, first), now: new Date('2026-02-01T00:00:00Z') }),
    );
    const times = new Map(second.conditions?.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]));
    expect(times.get('SourceReady')).toBe('2026-01-01T12:00:00Z');
    expect(times.get('BuildReady')).toBe('2026-02-01T00:00:00Z');
  });
});
