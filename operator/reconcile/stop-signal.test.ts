import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { stopSignal } from './stop-signal.ts';

test.each(['SIGTERM', 'SIGINT'] as const)('the first %s stops, the second one exits', (name) => {
  const process = new EventEmitter();
  const codes: number[] = [];
  const signal = stopSignal(process, (code) => codes.push(code));
  expect(signal.aborted).toBe(false);
  process.emit(name);
  expect([signal.reason, codes]).toEqual([new Error(`got ${name}`), []]);
  process.emit('SIGTERM');
  expect(codes).toEqual([1]);
});
