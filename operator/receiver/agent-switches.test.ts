import { beforeEach, describe, expect, test } from '@jest/globals';
import { sampleAgent } from '../agent/sample.ts';
import { annotations, type LambdaAgent } from '../api/index.ts';
import { ApiError } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { parseSwitch } from './agent-switch.ts';
import { switchAgents } from './agent-switches.ts';
import type { CloudEvent } from './cloud-event.ts';
import { Refusal } from './refusal.ts';
import { type Sender, serviceAccountUser } from './sender.ts';

const controls = { allowEventDisable: true, allowedControlSources: ['/ops'] };
const permissions = (eventControls: object) => ({ permissions: { tier: 'developer', eventControls } });
const sender: Sender = { kind: 'token', user: serviceAccountUser('ops', 'console') };
const now = new Date('2026-01-01T12:00:00Z');

let agent: LambdaAgent;
const faults: ApiError[] = [];
beforeEach(() => {
  agent = sampleAgent(permissions(controls), { annotations: { mine: 'kept' } });
  faults.length = 0;
});

const error = (status: number, reason: string) => new ApiError({ status, reason, message: 'no' });

/** The API server as far as it holds one agent; a change names the version that it was made from. */
const client: Pick<KubeClient, 'get' | 'merge'> = {
  get: async (resource, { name }) => {
    if (name !== agent.metadata.name) throw error(404, 'NotFound');
    return resource.kind === 'LambdaAgent' ? JSON.parse(JSON.stringify(agent)) : undefined;
  },
  merge: async (_resource, { metadata }) => {
    const fault = faults.shift();
    if (fault !== undefined) throw fault;
    if (metadata.resourceVersion !== agent.metadata.resourceVersion) throw error(409, 'Conflict');
    const resourceVersion = `${agent.metadata.resourceVersion}+`;
    const merged = Object.entries({ ...agent.metadata.annotations, ...metadata.annotations });
    const after = merged.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
    agent = { ...agent, metadata: { ...agent.metadata, resourceVersion, annotations: Object.fromEntries(after) } };
    return JSON.parse(JSON.stringify(agent));
  },
};

const event = (kind: string, value: unknown = {}, changes: Partial<CloudEvent> = {}): CloudEvent => ({
  id: `${kind}-1`,
  source: '/ops',
  type: `io.homelab.rbac.${kind}`,
  subject: undefined,
  time: undefined,
  dataContentType: undefined,
  dataSchema: undefined,
  extensions: {},
  data: { kind: 'json', value: { agentName: 'bruno', ...Object(value) } },
  ...changes,
});

async function send(sent: CloudEvent, isAllowed = true): Promise<unknown> {
  const reviewAccess = (...[, verb, , resource]: readonly unknown[]) =>
    Promise.resolve(isAllowed && verb === 'patch' && resource === 'lambdaagents');
  try {
    const wanted = parseSwitch(sent, 'agents');
    if (wanted === undefined) return 'none of ours';
    return await switchAgents({ client, reviewAccess, today: () => now })(wanted, sent, sender);
  } catch (refusal) {
    if (refusal instanceof Refusal) return refusal.reason;
    throw refusal;
  }
}

const off = (): unknown => JSON.parse(agent.metadata.annotations[annotations.disabledCapabilities] ?? '[]');

describe('an event that disables', () => {
  test('keeps on the agent what is off, by whom and until when', async () => {
    expect(await send(event('disable', { capabilities: ['triggers.create'], duration: '1h30m' }))).toBe('changed');
    expect(off()).toEqual([
      {
        capability: 'trigger',
        disabledAt: '2026-01-01T12:00:00.000Z',
        disabledBy: '/ops',
        expiresAt: '2026-01-01T13:30:00.000Z',
      },
    ]);
    expect(agent.metadata.annotations['mine']).toBe('kept');
  });

  test('means all of them without a list, until one enables them', async () => {
    await send(event('disable'));
    expect(off()).toHaveLength(3);
    await send(event('enable', { capabilities: ['brokers.create'] }));
    expect(off()).toMatchObject([{ capability: 'trigger' }, { capability: 'function' }]);
    await send(event('enable', {}, { id: 'enable-2' }));
    expect(off()).toEqual([]);
  });

  test('has no second effect when it comes again, also after it was enabled', async () => {
    await send(event('disable'));
    await send(event('enable'));
    expect(await send(event('disable'))).toBe('duplicate');
    expect(off()).toEqual([]);
  });

  test('is decided anew when somebody else was quicker', async () => {
    faults.push(error(409, 'Conflict'), error(409, 'Conflict'));
    expect(await send(event('disable'))).toBe('changed');
    faults.push(...Array.from({ length: 5 }, () => error(409, 'Conflict')));
    expect(await send(event('enable'))).toBe('dependency_unavailable');
  });
});

describe('it fails', () => {
  test.each([
    ['where the agent does not allow it', { ...controls, allowEventDisable: false }, '/ops'],
    ['from a source that the agent does not list', controls, '/other'],
    ['from everybody where no source is listed', { allowEventDisable: true }, '/ops'],
    ['of a type that the agent does not take', { ...controls, controlEventTypes: ['a.disable'] }, '/ops'],
  ])('%s', async (_title, eventControls, source) => {
    agent = sampleAgent(permissions(eventControls));
    expect(await send(event('disable', {}, { source }))).toBe('forbidden');
    expect(off()).toEqual([]);
  });

  test('for a sender who may not patch the agent, and before that is read', async () => {
    expect(await send(event('disable', { agentName: 'nobody' }), false)).toBe('forbidden');
  });

  test('for an agent that is not there, and for data that say nothing', async () => {
    expect(await send(event('disable', { agentName: 'nobody' }))).toBe('unknown_target');
    expect(await send(event('disable', { capabilities: ['secrets.read'] }))).toBe('schema_validation_failed');
    expect(await send(event('disable', {}, { data: { kind: 'none' } }))).toBe('schema_validation_failed');
  });
});

test('other events are left alone', async () => {
  expect(await send(event('created'))).toBe('none of ours');
  const alarm = { type: 'io.homelab.alarm.disable', data: { kind: 'json', value: { alarm: 7 } } } as const;
  expect(await send(event('disable', {}, alarm))).toBe('none of ours');
});
