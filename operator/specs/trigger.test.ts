import { describe, expect, test } from '@jest/globals';
import { sampleFunction, sampleSettings } from '../function/sample.ts';
import { buildTriggers, type AppliedTrigger, type TriggerSettings } from './trigger.ts';

const settings: TriggerSettings = { ...sampleSettings.eventing, invocations: ['invokeAsync'] };

function triggerOf(eventing: object = {}, more: object = {}, name = 'hello'): AppliedTrigger {
  const [trigger] = buildTriggers(sampleFunction({ eventing, ...more }, { name }), settings);
  if (trigger === undefined) throw new Error('no Trigger was made');
  return trigger;
}

const nameWith = (eventing: object) => triggerOf(eventing).metadata.name;

describe('the Trigger of a function', () => {
  test('takes events with its name as subject and a type that asks for a call', () => {
    expect(triggerOf().spec).toEqual({
      broker: 'lambda-broker',
      filter: { attributes: { subject: 'hello', type: 'io.knative.lambda.invoke.async' } },
      subscriber: {
        ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'hello', namespace: 'functions' },
      },
      delivery: { retry: 5, backoffPolicy: 'exponential', backoffDelay: 'PT1S', timeout: 'PT300S' },
    });
  });

  test('never takes what the function answers', () => {
    const answers = ['success', 'error', 'timeout'].map((what) => ({
      type: `io.knative.lambda.response.${what}`,
      subject: 'hello',
    }));
    for (const { spec } of buildTriggers(sampleFunction(), sampleSettings.eventing)) {
      const { subject, type } = spec.filter.attributes;
      expect(answers).not.toContainEqual({ type, subject });
    }
  });

  test('is one for each type, and one for types that are the same', () => {
    const types = { invokeSync: 'a.b', invokeAsync: 'a.b', invokeScheduled: 'a.b' };
    expect(buildTriggers(sampleFunction(), sampleSettings.eventing)).toHaveLength(3);
    expect(buildTriggers(sampleFunction({ eventing: { eventTypes: types } }), sampleSettings.eventing)).toHaveLength(1);
  });

  test('is none where eventing is off', () => {
    expect(buildTriggers(sampleFunction({ eventing: { enabled: false } }), settings)).toEqual([]);
  });

  test('has another name once broker or filter change, which a Trigger cannot, and no other change', () => {
    expect(nameWith({ brokerName: 'own' })).not.toBe(nameWith({}));
    expect(nameWith({ eventTypes: { invokeAsync: 'a.b' } })).not.toBe(nameWith({}));
    expect(nameWith({ dlq: { retryMaxAttempts: 1 }, rabbitmq: { parallelism: 1 }, subscriberServiceName: 's' })).toBe(
      nameWith({}),
    );
  });

  test('has a name that fits a label, however long that of the function is', () => {
    const long = `a${'-b'.repeat(31)}`;
    const names = [long, `${long.slice(0, -1)}c`].map((one) => triggerOf({}, {}, one).metadata.name);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });

  test('lets one delivery take as long as the function may', () => {
    expect(triggerOf({}, { env: [{ name: 'TIMEOUT_SECONDS', value: '30' }] }).spec.delivery.timeout).toBe('PT30S');
  });

  test('keeps the dead letters of a broker of the author with the platform, unless told not to', () => {
    expect(triggerOf({ brokerName: 'own' }).spec.delivery.deadLetterSink).toEqual(settings.deadLetterSink);
    expect(triggerOf({ brokerName: 'own', dlq: { enabled: false } }).spec.delivery).not.toHaveProperty(
      'deadLetterSink',
    );
    expect(triggerOf({ dlq: { enabled: true } }).spec.delivery).not.toHaveProperty('deadLetterSink');
  });

  test('asks for as much as the quota counts for its dispatcher', () => {
    expect(triggerOf().metadata.annotations).toMatchObject({
      'rabbitmq.eventing.knative.dev/parallelism': '50',
      'rabbitmq.eventing.knative.dev/cpu-limit': '250m',
      'rabbitmq.eventing.knative.dev/memory-limit': '256Mi',
    });
  });
});
