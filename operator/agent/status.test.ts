import { describe, expect, test } from '@jest/globals';
import {
  brokerWith,
  deployFacts,
  False,
  quotaMessage,
  readyService,
  replicaSet,
  startingService,
  True,
} from '../function/sample-facts.ts';
import type { KnativeCondition } from '../specs/knative-condition.ts';
import { type BrokerFacts, brokerUrlOf, eventingFinding, noTriggers } from './eventing-state.ts';
import { sampleAgent } from './sample.ts';
import { type AgentFacts, agentStatus, deletingStatus, isSameStatus } from './status.ts';

const now = new Date('2026-01-01T12:00:00.123Z');

const factsWith = (more: Partial<AgentFacts>): AgentFacts => ({
  agent: sampleAgent(),
  faults: [],
  rights: { kind: 'none' },
  tiers: [],
  supervision: { kind: 'none' },
  budget: { kind: 'none' },
  deploy: deployFacts(readyService),
  eventing: { broker: { kind: 'off' }, triggers: noTriggers },
  model: { target: undefined, report: undefined },
  areSecretsWatched: true,
  ineffective: [],
  now,
  ...more,
});

const conditionsOf = (facts: AgentFacts) =>
  Object.fromEntries(
    (agentStatus(facts).conditions ?? []).map(({ reason, status, type }) => [type, `${status} ${reason}`]),
  );

const permissionsOf = (permissions: object) =>
  agentStatus(factsWith({ agent: sampleAgent({ permissions }) })).permissionStatus;

describe('the status of an agent', () => {
  test('has the shape of kstatus once it serves', () => {
    expect(conditionsOf(factsWith({}))).toEqual({
      Ready: 'True Ready',
      SpecAccepted: 'True SpecAccepted',
      DeployReady: 'True Deployed',
      Eventing: 'True EventingOff',
    });
    expect(agentStatus(factsWith({}))).toMatchObject({ phase: 'Ready', observedGeneration: 3 });
  });

  test('says what keeps its pods away', () => {
    const deploy = deployFacts(startingService, { replicaSets: [replicaSet(quotaMessage)] });
    expect(conditionsOf(factsWith({ deploy }))).toMatchObject({
      Ready: 'False QuotaExceeded',
      Reconciling: 'True QuotaExceeded',
    });
    expect(agentStatus(factsWith({ deploy })).phase).toBe('Deploying');
  });

  test('stays as it is while the facts do, and keeps the time of what stays', () => {
    const status = agentStatus(factsWith({}));
    const agent = sampleAgent({}, {}, status);
    const later = agentStatus(factsWith({ agent, now: new Date('2027-01-01T00:00:00Z') }));
    expect(isSameStatus(status, later)).toBe(true);
  });

  test('never guesses whether the model answers', () => {
    const agent = sampleAgent({ ai: { model: 'llama3.2:3b' } });
    expect(agentStatus(factsWith({ agent })).aiStatus).toEqual({
      provider: 'ollama',
      activeModel: 'llama3.2:3b',
      error: 'nothing says where the model is served: add spec.ai.endpoint',
    });
  });

  test('promises no right where nothing is switched off', () => {
    expect(permissionsOf({})).toBeUndefined();
    expect(permissionsOf({ disableBrokerCreation: true })).toEqual({ brokerCreationDisabled: true });
  });

  test('says of fields without effect and of Secrets that are not watched, and serves all the same', () => {
    expect(conditionsOf(factsWith({ ineffective: ['spec.approval (…)'], areSecretsWatched: false }))).toMatchObject({
      Ready: 'True Ready',
      SpecEffective: 'False FieldsWithoutEffect',
      SecretsWatched: 'False SecretsUnwatched',
    });
  });

  test('tells of a deletion that somebody holds up', () => {
    const agent = sampleAgent({}, {}, agentStatus(factsWith({})));
    expect(deletingStatus(agent, now)).toMatchObject({
      phase: 'Deleting',
      conditions: [
        { type: 'Ready', status: 'Unknown', reason: 'Deleting' },
        { type: 'Reconciling', status: 'True' },
        { type: 'SpecAccepted' },
        { type: 'DeployReady' },
        { type: 'Eventing' },
      ],
    });
  });
});

const found = (ready: KnativeCondition): BrokerFacts => ({
  kind: 'found',
  name: 'bruno-broker',
  broker: brokerWith(ready),
});

const reasonOf = (broker: BrokerFacts, triggers = noTriggers) => eventingFinding({ broker, triggers }).reason;

describe('events', () => {
  test.each<[string, BrokerFacts]>([
    ['EventingOff', { kind: 'off' }],
    ['EventingNotInstalled', { kind: 'notInstalled', resource: 'brokers' }],
    ['RabbitmqUnknown', { kind: 'rabbitmqUnknown', name: 'b' }],
    ['BrokerRefused', { kind: 'refused', name: 'b', cause: 'immutable' }],
    ['BrokerMissing', { kind: 'missing', name: 'b' }],
    ['BrokerNotReady', found(False('Ready', 'ExchangeFailure', 'no route'))],
    ['EventingReady', found(True('Ready'))],
  ])('are said to be %s', (reason, broker) => {
    expect(reasonOf(broker)).toBe(reason);
  });

  test('name first what only a person can change', () => {
    const triggers = { ...noTriggers, wanted: ['one'], missing: ['a/b'], unmatched: ['a.*'] };
    expect(reasonOf(found(True('Ready')), triggers)).toBe('EventTypeWildcard');
    expect(reasonOf(found(True('Ready')), { ...triggers, unmatched: [] })).toBe('ForwardTargetMissing');
    expect(reasonOf(found(True('Ready')), { ...noTriggers, wanted: ['one'] })).toBe('EventingPending');
    const refused = [{ trigger: 'one', cause: 'invalid' }];
    expect(reasonOf(found(True('Ready')), { ...triggers, refused })).toBe('TriggerRefused');
  });

  test('go to the address that a broker had, while it says none, and to none of another broker', () => {
    const before = { brokerName: 'bruno-broker', brokerUrl: 'http://before' };
    const broker = found(False('Ready', 'Gone', ''));
    expect(brokerUrlOf(broker, before)).toBe('http://before');
    expect(brokerUrlOf(broker, { ...before, brokerName: 'other' })).toBeUndefined();
    expect(brokerUrlOf({ kind: 'off' }, before)).toBeUndefined();
  });
});
