import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Forward, forwardsOf, routeOf } from './forward.ts';
import { sampleAgent, sampleSettings, sharedSettings } from './sample.ts';
import { buildForwardTrigger, buildSubscriptionTrigger, isUnmatched } from './triggers.ts';

const label = (maxLength: number) =>
  fc
    .stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
    .map((text) => text.slice(0, maxLength).replace(/-+$/, ''))
    .filter((text) => text !== '');
const agentName = label(63).map((text) => `a${text}`.slice(0, 63).replace(/-+$/, ''));
const eventType = fc.stringMatching(/^[A-Za-z0-9_/-]{1,40}(\.[A-Za-z0-9_/-]{1,40}){1,4}$/);

/** What two Triggers may not have in common, unless they are one. */
const ask = fc.record({
  agent: agentName,
  type: eventType,
  source: fc.option(fc.constantFrom('/one', '/two'), { nil: undefined }),
  target: fc.option(fc.record({ agent: label(63), namespace: label(63) }), { nil: undefined }),
});

type Ask = typeof ask extends fc.Arbitrary<infer T> ? T : never;

function triggerOf({ agent: name, source, target, type }: Ask, settings = sampleSettings) {
  const agent = sampleAgent({}, { name });
  return target === undefined
    ? buildSubscriptionTrigger(agent, { eventType: type, source }, settings)
    : buildForwardTrigger(agent, { ...target, type, description: undefined }, { uri: 'http://x' }, settings);
}

/** Only a subscription compares the source. */
const identityOf = ({ agent, source, target, type }: Ask) => ({
  agent,
  type,
  ...(target === undefined ? { source } : { target }),
});

describe('the name of a Trigger', () => {
  test('is that of a label, however long the agent, the type and the target are', () => {
    fc.assert(
      fc.property(ask, (one) => {
        expect(triggerOf(one).metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      }),
    );
  });

  test('is equal for equal asks alone', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(ask, { minLength: 2, maxLength: 12, selector: (one) => JSON.stringify(identityOf(one)) }),
        (asks) => {
          const names = asks.map((one) => triggerOf(one).metadata.name);
          expect(new Set(names).size).toBe(names.length);
          expect(asks.map((one) => triggerOf(one).metadata.name)).toEqual(names);
        },
      ),
    );
  });

  test('is another one of agents that begin alike and read one broker', () => {
    const asks = ['a', 'b'].map((end) => ({ agent: `${'x'.repeat(62)}${end}`, type: 'a.b' }));
    const names = asks.map(
      (one) => triggerOf({ ...one, source: undefined, target: undefined }, sharedSettings).metadata.name,
    );
    expect(new Set(names).size).toBe(2);
  });
});

const labelsOf = (type: string) =>
  buildSubscriptionTrigger(sampleAgent(), { eventType: type }, sampleSettings).metadata.labels;

describe('a subscription', () => {
  test('is delivered to the service of the agent, for as long as a call may take', () => {
    const agent = sampleAgent({ env: [{ name: 'TIMEOUT_SECONDS', value: '900' }] });
    expect(buildSubscriptionTrigger(agent, { eventType: 'a.b' }, sampleSettings)).toMatchObject({
      metadata: { namespace: 'agents', labels: { 'lambda.knative.io/agent': 'bruno' } },
      spec: {
        broker: 'bruno-broker',
        filter: { attributes: { type: 'a.b' } },
        subscriber: { ref: { kind: 'Service', name: 'bruno', namespace: 'agents' } },
        delivery: { retry: 3, timeout: 'PT900S', deadLetterSink: sampleSettings.deadLetterSink },
      },
    });
  });

  test('to every event has no filter', () => {
    const trigger = buildSubscriptionTrigger(sampleAgent(), { eventType: '*' }, sampleSettings);
    expect(trigger.spec.filter.attributes).toEqual({});
  });

  test.each([
    ['*', false],
    ['io.homelab.chat', false],
    ['io.homelab.*', true],
  ])('to %s cannot be met: %s', (type, expected) => {
    expect(isUnmatched(type)).toBe(expected);
  });

  test('has its type as label only where a label can hold it', () => {
    expect(labelsOf('a.b')).toHaveProperty(['lambda.knative.io/event-type'], 'a.b');
    expect(labelsOf(`a.${'b'.repeat(80)}`)).not.toHaveProperty(['lambda.knative.io/event-type']);
    expect(labelsOf('a/b.c')).not.toHaveProperty(['lambda.knative.io/event-type']);
  });
});

const to = (namespace: string, agent = 'other'): Forward => ({
  type: 'a.b',
  agent,
  namespace,
  description: undefined,
});

const limited = (...allowed: string[]) => sampleAgent({ permissions: { allowedTargetNamespaces: allowed } });

describe('a forward', () => {
  test('without a list goes everywhere, with one only where it says', () => {
    const { broker } = sampleSettings;
    expect(routeOf(to('others'), sampleAgent(), broker)).toEqual({ kind: 'broker', key: 'others/other-broker' });
    expect(routeOf(to('others'), limited('others'), broker).kind).toBe('broker');
    expect(routeOf(to('others'), limited('*'), broker).kind).toBe('broker');
    expect(routeOf(to('others'), limited('elsewhere'), broker).kind).toBe('notAllowed');
    expect(routeOf(to('others'), limited(), broker).kind).toBe('notAllowed');
    expect(routeOf(to('agents'), limited(), broker).kind).toBe('broker');
  });

  test('to an agent that reads the same broker goes to its service, as the broker would send it round', () => {
    expect(routeOf(to('agents'), sampleAgent(), sharedSettings.broker).kind).toBe('service');
    expect(routeOf(to('others'), sampleAgent(), sharedSettings.broker)).toEqual({
      kind: 'broker',
      key: 'others/lambda-broker',
    });
  });

  test('to the agent itself is a loop', () => {
    for (const { broker } of [sampleSettings, sharedSettings]) {
      expect(routeOf(to('agents', 'bruno'), sampleAgent(), broker).kind).toBe('loop');
    }
  });

  test('that is asked for twice is one', () => {
    const forward = { eventTypes: ['a.b', 'a.b', 'a.c'], targetAgent: 'other', targetNamespace: 'others' };
    expect(forwardsOf(sampleAgent({ eventing: { forwards: [forward, forward] } }))).toHaveLength(2);
  });
});
