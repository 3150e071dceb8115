import { describe, expect, test } from '@jest/globals';
import { happeningsOf } from './happenings.ts';
import {
  building,
  buildFacts,
  buildPod,
  ended,
  exposeFacts,
  factsWith,
  jobWith,
  policyFailure,
  running,
} from './sample-facts.ts';
import { type FunctionFacts, functionStatus } from './status.ts';

const statusOf = (more: Partial<FunctionFacts> = {}) => functionStatus(factsWith(more));

const runs = building(buildFacts(jobWith({ active: 1 }), [buildPod(running('build'), 'Running')]));
const failed = building(buildFacts(policyFailure, [buildPod(ended('build', 1, 'ERROR: no such module'))]));
const withoutBroker = { expose: exposeFacts({ broker: undefined }) };

describe('what people are told of a function', () => {
  test('is each step that came to another reason, once', () => {
    const told = happeningsOf(statusOf(runs), statusOf(failed));
    expect(told).toEqual([
      {
        type: 'Warning',
        reason: 'BuildStageFailed',
        action: 'Build',
        note: expect.stringContaining('ERROR: no such module'),
      },
    ]);
  });

  test('is nothing while the reasons stay', () => {
    expect(happeningsOf(statusOf(failed), statusOf(failed))).toEqual([]);
  });

  test('does not say of a step that it waits for another one', () => {
    const told = happeningsOf(undefined, statusOf(runs)).map(({ reason, type }) => `${type} ${reason}`);
    expect(told).toEqual(['Normal SourceResolved', 'Normal BuildRunning', 'Normal Exposed']);
  });

  test('warns of what keeps events away, though the function serves', () => {
    const told = happeningsOf(statusOf(), statusOf(withoutBroker)).map(({ reason, type }) => `${type} ${reason}`);
    expect(told).toEqual(['Warning BrokerMissing']);
  });

  test('warns of fields without effect', () => {
    const told = happeningsOf(statusOf(), statusOf({ ineffective: ['spec.triggers (use spec.eventing)'] }));
    expect(told).toEqual([
      expect.objectContaining({ type: 'Warning', reason: 'FieldsWithoutEffect', action: 'Validate' }),
    ]);
  });
});
