import { expect, test } from '@jest/globals';
import { FakeClock } from '../kube/fake-clock.ts';
import { Refreshed } from './refreshed.ts';

test('a setting is read again and again, and the last good value stays', async () => {
  const clock = new FakeClock();
  const answers: (string | Error)[] = [new Error('no file'), 'one', new Error('broken'), 'two'];
  const faults: unknown[] = [];
  const read = () => {
    const answer = answers.shift() ?? 'end';
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const setting = new Refreshed(
    { name: 'x', read, clock, everyMs: 10, onFault: (one) => void faults.push(one) },
    'none',
  );
  const seen = () => [setting.current(), setting.fault()];
  expect(seen()).toEqual(['none', 'not read yet']);
  const controller = new AbortController();
  const running = setting.run(controller.signal);
  await clock.advance(0);
  expect(seen()).toEqual(['none', 'no file']);
  await clock.advance(10);
  expect(seen()).toEqual(['one', undefined]);
  await clock.advance(10);
  expect(seen()).toEqual(['one', undefined]);
  await clock.advance(10);
  expect(seen()).toEqual(['two', undefined]);
  expect(faults).toHaveLength(2);
  controller.abort();
  await running;
  await clock.advance(100);
  expect(setting.current()).toBe('two');
});
