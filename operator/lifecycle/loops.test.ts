import { expect, test } from '@jest/globals';
import { eventTypes, lifecycleTypes, notificationTypes } from '../api/index.ts';
import { functionSender } from '../function/sender.ts';
import { sampleFunction, sampleSettings } from '../function/sample.ts';
import { commandTypes, invokeTypes, responseTypes } from '../receiver/event-names.ts';
import { buildTriggers } from '../specs/trigger.ts';
import { cloudEventOf } from './deliver.ts';

const event = { id: '1', time: '2026-01-01T00:00:00Z', data: {} };
const builds = Object.entries(eventTypes).flatMap(([name, type]) => (name.startsWith('lifecycle') ? [type] : []));

test.each([...builds, ...Object.values(lifecycleTypes), ...Object.values(notificationTypes)])(
  '%s wakes no function and is no command',
  (type) => {
    // an author may even name a call by it: the subject still differs
    for (const eventing of [{}, { eventTypes: { invokeAsync: type } }]) {
      const fn = sampleFunction({ eventing });
      const told = cloudEventOf(functionSender(fn, sampleSettings), { ...event, type });
      const attributes = buildTriggers(fn, sampleSettings.eventing).map(({ spec }) => spec.filter.attributes);
      expect(attributes).toHaveLength(3);
      for (const filter of attributes) expect(told).not.toMatchObject(filter);
    }
    expect([commandTypes, invokeTypes, responseTypes].flatMap((types) => Object.keys(types))).not.toContain(type);
  },
);
