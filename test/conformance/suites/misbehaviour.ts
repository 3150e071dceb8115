import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../cluster/eventually.ts';
import { parseObject } from '../parse-object.ts';
import { act } from '../request.ts';
import type { Workbench } from '../tested-language.ts';
import { verifyInvariants } from '../verify-case.ts';
import type { WireAnswer } from '../wire.ts';
import type { WrapperProcess } from '../wrapper-process.ts';

const gibibyte = 2 ** 30;

/** Either the process has ended, which restarts its container, or it serves again. */
async function goesOnOrEnds(wrapper: WrapperProcess): Promise<void> {
  const isEnded = Promise.race([wrapper.ended.then(() => true), eventuallyServes(wrapper)]);
  await expect(isEnded).resolves.toBe(true);
}

const eventuallyServes = (wrapper: WrapperProcess): Promise<boolean> =>
  eventually(async () => (await wrapper.answer(act('nothing')('after'))).status === 200, {
    timeoutMs: 15_000,
    intervalMs: 50,
  }).catch(() => wrapper.ended.then(() => true));

/** A broker retries both: an error that says so, and no answer at all. */
function isRetried(answer: WireAnswer, codes: readonly string[]): void {
  if (answer.kind === 'closed') return;
  verifyInvariants(answer.response);
  expect(answer.response.status).toBe(500);
  const { error } = parseObject(answer.response.body);
  expect(error).toMatchObject({ code: expect.stringMatching(`^(${codes.join('|')})$`), retryable: true });
}

function peakMebibytes(pid: number): number {
  const [, kibibytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / 1024;
}

export function describeMisbehaviour(bench: () => Workbench): void {
  describe('a handler that misbehaves', () => {
    test.each(['exit', 'exitlater', 'kill'])('%s: no event is lost', async (name) => {
      const wrapper = await bench().start();
      isRetried(await wrapper.send(act(name)(name)), ['ProcessExit', 'Aborted']);
      await goesOnOrEnds(wrapper);
    });

    test('an invocation beside one that ends the process is not lost', async () => {
      const wrapper = await bench().start();
      const beside = wrapper.send(act('sleep', { ms: 1000 })('beside'));
      await eventually(() => wrapper.log().some(({ event_id }) => event_id === 'beside'), { timeoutMs: 5000 });
      isRetried(await wrapper.send(act('exit')('exit')), ['ProcessExit']);
      const answer = await beside;
      const isAnswered = answer.kind === 'answer' && answer.response.status === 200;
      if (!isAnswered) isRetried(answer, ['Aborted', 'ProcessExit']);
    });

    test('an error thrown after the answer does no harm to the next event', async () => {
      const wrapper = await bench().start();
      expect((await wrapper.answer(act('throwlater', { ms: 20 })('later'))).status).toBe(200);
      await goesOnOrEnds(wrapper);
    });

    test('allocating without end is answered or ends the process', async () => {
      const wrapper = await bench().start({ NODE_OPTIONS: '--max-old-space-size=128' });
      isRetried(await wrapper.send(act('allocate')('allocate')), [
        'OutOfMemory',
        'MemoryError',
        'ProcessExit',
        'Aborted',
      ]);
      await goesOnOrEnds(wrapper);
    }, 60_000);

    test('printing a gigabyte takes no memory and loses nothing', async () => {
      const wrapper = await bench().start();
      const text = `${'x'.repeat(1023)}\n`;
      const { status } = await wrapper.answer(act('print', { text, times: gibibyte / text.length })('print'));
      expect(status).toBe(200);
      await eventually(() => wrapper.writtenBytes() >= gibibyte, { timeoutMs: 20_000 });
      expect(peakMebibytes(wrapper.pid)).toBeLessThan(400);
    }, 60_000);
  });
}
