import { describe, expect, test } from '@jest/globals';
import type { LambdaAgentStatus } from '../api/index.ts';
import { deployFacts, quotaMessage, readyService, replicaSet, startingService } from '../function/sample-facts.ts';
import { noTriggers } from './eventing-state.ts';
import { sampleAgent, sampleSettings, sharedSettings } from './sample.ts';
import { agentSender } from './sender.ts';
import { type AgentFacts, agentStatus } from './status.ts';
import { agentEnd, agentTransitions } from './transitions.ts';

const prefix = 'io.knative.lambda.lifecycle.';

const factsWith = (more: Partial<AgentFacts>): AgentFacts => ({
  agent: sampleAgent(),
  faults: [],
  deploy: deployFacts(readyService),
  eventing: { broker: { kind: 'off' }, triggers: noTriggers },
  model: { target: undefined, report: undefined },
  rights: { kind: 'none' },
  tiers: [],
  supervision: { kind: 'none' },
  budget: { kind: 'none' },
  areSecretsWatched: true,
  ineffective: [],
  now: new Date('2026-01-01T12:00:00Z'),
  ...more,
});

/** What is told while the facts come one after the other. */
function toldBy(...facts: readonly Partial<AgentFacts>[]): readonly (readonly string[])[] {
  let before: LambdaAgentStatus | undefined;
  return facts.map((more) => {
    const agent = sampleAgent({}, {}, before);
    const after = agentStatus(factsWith({ ...more, agent }));
    before = after;
    return agentTransitions(agent, after).map(({ type }) => type.replace(prefix, ''));
  });
}

const starting = { deploy: deployFacts(startingService) };
const refused = { deploy: deployFacts(startingService, { replicaSets: [replicaSet(quotaMessage)] }) };

describe('what programs are told of an agent', () => {
  test('is each step to a ready service, once, and what keeps it from that', () => {
    expect(toldBy(starting, refused, {}, {})).toEqual([
      ['agent.created', 'service.created'],
      ['agent.degraded'],
      ['agent.ready', 'service.ready'],
      [],
    ]);
  });

  test('is that it went, with its service', () => {
    const agent = sampleAgent({}, {}, agentStatus(factsWith({})));
    expect(agentEnd(agent).map(({ type }) => type.replace(prefix, ''))).toEqual(['service.deleted', 'agent.deleted']);
  });

  test('goes to the Broker of its namespace, and nowhere where its eventing is off', () => {
    expect(agentSender(sampleAgent(), sampleSettings)).toMatchObject({
      source: 'io.knative.lambda/operator/agents/bruno',
      broker: 'lambda-broker',
    });
    expect(agentSender(sampleAgent(), sharedSettings).broker).toBe('lambda-broker');
    expect(agentSender(sampleAgent({ eventing: { enabled: false } }), sampleSettings).broker).toBeUndefined();
  });
});
