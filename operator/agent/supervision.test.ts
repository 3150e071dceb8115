import { describe, expect, test } from '@jest/globals';
import { agentPath } from '../supervision/action-path.ts';
import { sampleAgent, sampleSettings } from './sample.ts';
import type { AgentSettings } from './settings.ts';
import { buildAgentService } from './service.ts';
import { reconcileSupervision, sinkOf, supervisionFinding } from './supervision.ts';
import { fieldsWithoutEffect } from './ineffective-fields.ts';

const slack = { webhookUrl: 'https://hooks.slack.com/a', signingSecretRef: { name: 'slack', key: 'signing' } };
const supervised = (approval: object) => sampleAgent({ operationMode: 'supervised', approval });
const nobody: AgentSettings = { ...sampleSettings, supervision: undefined };
const noKey: AgentSettings = {
  ...sampleSettings,
  supervision: { address: 'http://receiver.control', readKey: () => Promise.resolve(undefined) },
};

async function sinkIn(settings: AgentSettings, agent = supervised({ slack })): Promise<string | undefined> {
  const sink = sinkOf((await reconcileSupervision({ agent, settings })).facts, 'http://broker');
  const [container] = buildAgentService({ agent, settings, sink, references: '', budget: { kind: 'none' } }).spec
    .template.spec.containers;
  return container.env?.find(({ name }) => name === 'K_SINK')?.value;
}

describe('a supervised agent', () => {
  test('is told the address that holds what it sends, and not that of its Broker', async () => {
    const path = agentPath('k'.repeat(32), { namespace: 'agents', name: 'bruno' });
    expect(await sinkIn(sampleSettings)).toBe(`http://receiver.control${path}`);
    expect(await sinkIn(sampleSettings, sampleAgent())).toBe('http://broker');
  });

  test.each([
    ['nobody holds what it sends', nobody],
    ['there is no key yet', noKey],
  ])('fails closed where %s: it is told no address', async (_why, settings) => {
    expect(await sinkIn(settings)).toBeUndefined();
    const agent = supervised({ slack });
    const { againMs, facts } = await reconcileSupervision({ agent, settings });
    expect(againMs).toBe(60_000);
    expect(supervisionFinding(agent, facts)).toMatchObject({ reason: 'SupervisionUnavailable', severity: 'stalled' });
  });

  test.each([
    ['Supervised', { slack, custom: { endpoint: 'http://gate' } }],
    ['NobodyAsked', {}],
    ['AnswersUnchecked', { slack: { webhookUrl: 'w' } }],
    ['ChannelMissing', { slack: { ...slack, webhookUrl: undefined, botTokenSecretRef: { name: 'b', key: 'c' } } }],
    ['ApproversUnknown', { slack: { ...slack, approvers: ['U012AB3CD', '@ann'] } }],
  ])('has the reason %s', (reason, approval) => {
    const agent = supervised(approval);
    const found = supervisionFinding(agent, { kind: 'held', address: 'http://hidden' });
    expect(found).toMatchObject({ reason });
    expect(found?.message).not.toContain('hidden');
  });
});

test('an approval of an agent that acts alone is said to have no effect', () => {
  const { spec } = sampleAgent({ approval: { slack } });
  expect(fieldsWithoutEffect(spec, sampleSettings.broker)).toEqual([expect.stringMatching(/^spec\.approval /)]);
});
