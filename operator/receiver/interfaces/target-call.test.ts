import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Refusal } from '../refusal.ts';
import { CallSlots } from './call-slots.ts';
import { callTargets } from './target-call.ts';
import { TargetStandIn } from './target-stand-in.ts';

let target: TargetStandIn;
// one for each test: a request that is given up may still arrive, and would take the answer that is for another
beforeEach(async () => {
  target = await TargetStandIn.start();
});
afterEach(() => target.stop());

const hello = { kind: 'function', namespace: 'team', name: 'hello' } as const;
const event = {
  id: 'e-1',
  source: '/mcp/somebody',
  type: 't',
  subject: undefined,
  time: undefined,
  dataContentType: undefined,
  dataSchema: undefined,
  extensions: {},
  data: { kind: 'none' },
} as const;
const waiting = new AbortController().signal;
const call = (timeoutMs: number, gone = waiting) =>
  callTargets({ timeoutMs, addressOf: () => target.url })(hello, event, gone);

test('fails for a target that does not answer in time', async () => {
  await expect(call(50)).resolves.toEqual({ kind: 'failed', message: 'it does not answer within 0.05 s' });
});

test('fails for a target that ends while it answers', async () => {
  target.answers.push((response) => {
    response.writeHead(200, { 'content-length': '10' }).write('x');
    response.socket?.destroy();
  });
  await expect(call(20_000)).resolves.toEqual({ kind: 'failed', message: 'it cannot be reached' });
});

test('fails for an answer that is too long, and reads no more of it', async () => {
  target.answer(200, { 'content-type': 'text/plain' }, 'x'.repeat(5_000_000));
  await expect(call(20_000)).resolves.toEqual({ kind: 'failed', message: 'its answer is above 4194304 bytes' });
});

test('follows no redirect', async () => {
  target.answer(302, { location: 'http://127.0.0.1:1/' }, '');
  await expect(call(20_000)).resolves.toEqual({ kind: 'failed', message: 'it answers with status 302' });
});

test('ends the call once nobody waits for it', async () => {
  const gone = new AbortController();
  const closed = new Promise<void>((resolve) => {
    target.answers.push((response) => {
      response.on('close', () => resolve());
      gone.abort(new Error('gone'));
    });
  });
  await expect(call(20_000, gone.signal)).rejects.toThrow('gone');
  await closed;
});

test('gives one caller a quarter of the places, and no more than there are to all', async () => {
  const slots = new CallSlots(8);
  const endings: (() => void)[] = [];
  const hold = (caller: string) => slots.hold(caller, () => new Promise<void>((resolve) => endings.push(resolve)));
  const held = ['a', 'a', 'b', 'b', 'c', 'c', 'd'].map(hold);
  await expect(hold('a')).rejects.toThrow(Refusal);
  held.push(hold('d'));
  await expect(hold('e')).rejects.toThrow('too many calls at a time');
  for (const end of endings) end();
  await Promise.all(held);
  await expect(slots.hold('a', () => Promise.resolve('again'))).resolves.toBe('again');
});
