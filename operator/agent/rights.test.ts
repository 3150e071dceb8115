import { describe, expect, test } from '@jest/globals';
import { annotations } from '../api/index.ts';
import { MemoryWorld, namespace } from './memory-world.ts';
import { sampleAgent } from './sample.ts';
import { rightsOf } from './tier.ts';

/** Writes the agent, and lets a pass see it and what the last one made. */
async function pass(world: MemoryWorld, spec: object) {
  world.edit('one', spec);
  world.cluster.tell();
  const outcome = await world.pass('one');
  world.cluster.tell();
  return outcome;
}

const bindingsOf = (world: MemoryWorld): readonly string[] =>
  world.cluster.all('rolebindings').map(({ metadata }) => metadata.name);

const permissions = (more: object) => ({ permissions: { tier: 'developer', ...more } });

describe('an agent', () => {
  test('has no binding unless it asks for a tier', async () => {
    const world = new MemoryWorld();
    await pass(world, { permissions: { disableBrokerCreation: true } });
    expect(bindingsOf(world)).toEqual([]);
    expect(world.status('one').conditions.map(({ type }) => type)).not.toContain('Rights');
  });

  test('is bound to the role of its tier, and to no other once it asks for another', async () => {
    const world = new MemoryWorld();
    await pass(world, permissions({}));
    expect(world.cluster.all('rolebindings')).toMatchObject([
      {
        metadata: { name: 'one-agent-developer', namespace },
        roleRef: { kind: 'ClusterRole', name: 'lambda-agent-developer' },
        subjects: [{ kind: 'ServiceAccount', name: 'one-agent', namespace }],
      },
    ]);
    await pass(world, permissions({ tier: 'viewer' }));
    expect(bindingsOf(world)).toEqual(['one-agent-viewer']);
    await pass(world, {});
    expect(bindingsOf(world)).toEqual([]);
  });

  test('keeps the narrower tier that is left where the spec switches something off', async () => {
    const world = new MemoryWorld();
    await pass(world, permissions({ disableTriggerCreation: true }));
    expect(bindingsOf(world)).toEqual(['one-agent-viewer']);
    expect(world.status('one').conditions).toContainEqual(
      expect.objectContaining({ type: 'Rights', status: 'True', reason: 'RightsNarrowed' }),
    );
  });

  test('gets nothing of a tier that the environment does not allow', async () => {
    const world = new MemoryWorld();
    await pass(world, permissions({ tier: 'admin' }));
    expect(bindingsOf(world)).toEqual([]);
    expect(world.status('one').conditions).toContainEqual(
      expect.objectContaining({
        type: 'Rights',
        status: 'False',
        reason: 'TierNotAllowed',
        message: expect.stringContaining('allowed here restricted, viewer, developer'),
      }),
    );
  });
});

const at = new Date('2026-01-01T12:00:00Z');
const off = (capability: string, expiresAt?: string) => ({
  capability,
  disabledAt: '2026-01-01T00:00:00Z',
  disabledBy: '/ops',
  ...(expiresAt === undefined ? {} : { expiresAt }),
});
const disabledBy = (text: string, allowEventDisable = true) =>
  rightsOf(
    sampleAgent(permissions({ eventControls: { allowEventDisable } }), {
      annotations: { [annotations.disabledCapabilities]: text },
    }),
    ['developer'],
    at,
  );

const until = (time?: string) => disabledBy(JSON.stringify([off('trigger', time)]))?.tier;

describe('what an event has switched off', () => {
  test('narrows the tier until it expires, and without an end for as long as it is not enabled', () => {
    expect(until('2026-01-01T12:00:01Z')).toBe('viewer');
    expect(until('2026-01-01T12:00:00Z')).toBe('developer');
    expect(until()).toBe('viewer');
  });

  test('has no effect once the spec lets no event do that, nor where nobody can read it', () => {
    expect(disabledBy(JSON.stringify([off('trigger')]), false)?.tier).toBe('developer');
    for (const text of ['', '{', '[{"capability":"secrets"}]', 'null'])
      expect(disabledBy(text)?.tier).toBe('developer');
  });

  test('is looked at again when it expires', async () => {
    const world = new MemoryWorld();
    await pass(world, permissions({ eventControls: { allowEventDisable: true } }));
    world.annotate('one', {
      [annotations.disabledCapabilities]: JSON.stringify([off('function', '2026-01-01T00:00:30Z')]),
    });
    expect(await world.pass('one')).toMatchObject({ kind: 'requeueAfter', ms: 30_000 });
    expect(bindingsOf(world)).toEqual(['one-agent-viewer']);
    world.cluster.tell();
    world.wait(30_000);
    await world.pass('one');
    expect(bindingsOf(world)).toEqual(['one-agent-developer']);
  });
});
