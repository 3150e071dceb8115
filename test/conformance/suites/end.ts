import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../cluster/eventually.ts';
import { act, batch } from '../request.ts';
import type { Workbench } from '../tested-language.ts';
import { openConnection, toBytes } from '../wire.ts';
import type { WrapperProcess } from '../wrapper-process.ts';

const running = (wrapper: WrapperProcess, count = 1): Promise<boolean> =>
  eventually(() => wrapper.log().filter(({ msg }) => msg === 'invocation started').length >= count, {
    timeoutMs: 10_000,
    intervalMs: 5,
  });

const draining = (wrapper: WrapperProcess): Promise<boolean> =>
  eventually(() => wrapper.log().some(({ msg }) => msg === 'shutdown started'), { timeoutMs: 5000, intervalMs: 5 });

export function describeEnd(bench: () => Workbench): void {
  describe('the end', () => {
    test.each(['SIGTERM', 'SIGINT'] as const)('%s ends an idle wrapper with 0', async (signal) => {
      const wrapper = await bench().start();
      const startedAt = performance.now();
      wrapper.signal(signal);
      expect(await wrapper.ended).toEqual({ code: 0, signal: null });
      expect(performance.now() - startedAt).toBeLessThan(5000);
      expect(wrapper.log()).toContainEqual(expect.objectContaining({ msg: 'shutdown started', signal, in_flight: 0 }));
      expect(wrapper.log()).toContainEqual(expect.objectContaining({ msg: 'shutdown finished', in_flight: 0 }));
    });

    test('an idle connection does not keep a wrapper', async () => {
      const wrapper = await bench().start();
      const connection = await openConnection(wrapper.port);
      await connection.exchange(toBytes(act('nothing')('idle')));
      wrapper.signal('SIGTERM');
      expect(await wrapper.ended).toEqual({ code: 0, signal: null });
    });

    test('SIGTERM lets a request in flight end, and takes no other', async () => {
      const wrapper = await bench().start();
      const idle = await openConnection(wrapper.port);
      await idle.exchange(toBytes(act('nothing')('open')));
      const slow = wrapper.answer(act('sleep', { ms: 1000 })('in-flight'));
      await running(wrapper, 2);
      wrapper.signal('SIGTERM');
      await draining(wrapper);
      wrapper.signal('SIGTERM');
      await expect(wrapper.send(act('nothing')('new'))).rejects.toThrow('ECONNREFUSED');
      const late = await idle.exchange(toBytes(act('nothing')('late')));
      const refusal = late.kind === 'answer' ? late.response : undefined;
      expect([undefined, 503]).toContain(refusal?.status);
      expect([undefined, '1']).toContain(refusal?.headers.get('retry-after'));
      const { status, headers } = await slow;
      expect({ status, connection: headers.get('connection') }).toEqual({ status: 200, connection: 'close' });
      expect(await wrapper.ended).toEqual({ code: 0, signal: null });
      expect(wrapper.log()).toContainEqual(
        expect.objectContaining({ msg: 'invocation completed', event_id: 'in-flight' }),
      );
    });

    test('SIGTERM lets a batch in flight end', async () => {
      const wrapper = await bench().start();
      const data = { ms: 300 };
      const answer = wrapper.answer(
        batch([
          { name: 'sleep', members: { data } },
          { name: 'sleep', members: { data } },
        ])('batch'),
      );
      await running(wrapper);
      wrapper.signal('SIGTERM');
      expect((await answer).status).toBe(200);
      expect((await wrapper.ended).code).toBe(0);
    });

    test('fails with 1 when a handler outlives the grace period', async () => {
      const wrapper = await bench().start({ SHUTDOWN_GRACE_SECONDS: '0.3' });
      const answer = wrapper.send(act('stuck')('stuck'));
      await running(wrapper);
      wrapper.signal('SIGTERM');
      expect(await wrapper.ended).toEqual({ code: 1, signal: null });
      expect(await answer).toEqual({ kind: 'closed' });
      expect(wrapper.log()).toContainEqual(
        expect.objectContaining({ msg: 'shutdown finished', level: 'error', in_flight: 1 }),
      );
    });
  });
}
