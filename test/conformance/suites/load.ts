import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../cluster/eventually.ts';
import { testedSeries } from '../metrics-text.ts';
import { parseObject } from '../parse-object.ts';
import { act, wire } from '../request.ts';
import type { Workbench } from '../tested-language.ts';
import { verifyInvariants } from '../verify-case.ts';
import { openConnection, responseOf, toBytes } from '../wire.ts';
import type { WrapperProcess } from '../wrapper-process.ts';

const health = wire({ method: 'GET', path: '/healthz', framing: 'none' })('');
const success = testedSeries('knative_lambda_function_invocations_total{status="success"}');

/** Waits until the handler has this many invocations to run. */
const running = (wrapper: WrapperProcess, count: number): Promise<boolean> =>
  eventually(() => wrapper.log().filter(({ msg }) => msg === 'invocation started').length >= count, {
    timeoutMs: 10_000,
    intervalMs: 5,
  });

export function describeLoad(bench: () => Workbench): void {
  describe('under load', () => {
    test('a hundred invocations run at a time, each with its own context', async () => {
      const wrapper = await bench().start({ MAX_CONCURRENCY: '100' });
      const ids = Array.from({ length: 100 }, (_, index) => `together-${index}`);
      const startedAt = performance.now();
      const answers = await Promise.all(ids.map((id) => wrapper.answer(act('sleepthenid', { ms: 500 })(id))));
      expect(answers.map(({ body }) => parseObject(body)['result'])).toEqual(
        ids.map((id) => ({ statusCode: 200, body: id })),
      );
      // one after the other they would take 50 s
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect((await wrapper.metrics()).get(success)).toBe(100);
    });

    test('fails with 429 when all slots are taken, and health goes on', async () => {
      const wrapper = await bench().start({ MAX_CONCURRENCY: '2' });
      const slow = ['a', 'b'].map((id) => wrapper.answer(act('sleep', { ms: 1500 })(id)));
      await running(wrapper, 2);
      const refused = await wrapper.answer(act('nothing')('c'));
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(parseObject(refused.body)).toMatchObject({ error: { code: 'Overloaded', retryable: true } });
      verifyInvariants(refused);
      expect((await wrapper.answer(health)).status).toBe(200);
      expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
      expect((await wrapper.answer(act('nothing')('d'))).status).toBe(200);
      expect((await wrapper.metrics()).get(success)).toBe(3);
    });

    test('a handler that never ends keeps its slot, and health fails when all are kept', async () => {
      const wrapper = await bench().start({ MAX_CONCURRENCY: '1', TIMEOUT_SECONDS: '0.3' });
      expect((await wrapper.answer(act('stuck')('stuck'))).status).toBe(504);
      expect((await wrapper.answer(act('nothing')('after'))).status).toBe(429);
      const unhealthy = await wrapper.answer(health);
      expect(unhealthy.status).toBe(503);
      expect(parseObject(unhealthy.body)).toMatchObject({ status: 'stuck' });
    });

    test('fails with a timeout when a handler blocks its thread, and the function goes on', async () => {
      const wrapper = await bench().start({ TIMEOUT_SECONDS: '1' });
      const blocked = await wrapper.answer(act('block', { ms: 8000 })('block'));
      expect(blocked.status).toBe(504);
      expect(blocked.headers.get('ce-type')).toBe('io.knative.lambda.response.timeout');
      await eventually(async () => (await wrapper.answer(act('nothing')('after'))).status === 200, {
        timeoutMs: 15_000,
      });
    });

    test('a late result is dropped and gives its slot back', async () => {
      const wrapper = await bench().start({ MAX_CONCURRENCY: '1', TIMEOUT_SECONDS: '0.3' });
      expect((await wrapper.answer(act('lingers', { ms: 900 })('late'))).status).toBe(504);
      await eventually(
        () =>
          expect(wrapper.log()).toContainEqual(
            expect.objectContaining({ msg: 'late result dropped', event_id: 'late' }),
          ),
        { timeoutMs: 5000 },
      );
      expect((await wrapper.answer(act('nothing')('after'))).status).toBe(200);
    });

    test('a connection serves one request after the other', async () => {
      const wrapper = await bench().start();
      const connection = await openConnection(wrapper.port);
      for (const id of ['one', 'two', 'three']) {
        const answer = await connection.exchange(toBytes(act('nothing')(id)));
        expect(answer).toMatchObject({ kind: 'answer', response: { status: 200 } });
      }
      connection.close();
    });

    test('fails with 408 on a body that does not come', async () => {
      const wrapper = await bench().start({ BODY_TIMEOUT_SECONDS: '0.3' });
      const connection = await openConnection(wrapper.port);
      const bytes = toBytes(act('echo', { text: 'never whole' })('slow'));
      const answer = await connection.exchange(bytes.subarray(0, -5));
      const { status, headers, body } = responseOf(answer);
      expect({ status, connection: headers.get('connection') }).toEqual({ status: 408, connection: 'close' });
      expect(parseObject(body)).toMatchObject({ error: { code: 'RequestTimeout', retryable: true } });
      connection.close();
    });

    test('a body that comes slowly, but in time, is read', async () => {
      const wrapper = await bench().start();
      const connection = await openConnection(wrapper.port);
      const bytes = toBytes(act('nothing')('drip'));
      for (const byte of bytes.subarray(0, -1)) connection.write(Uint8Array.of(byte));
      expect(await connection.exchange(bytes.subarray(-1))).toMatchObject({ response: { status: 200 } });
      connection.close();
    });

    test('a caller that goes away before its body is whole leaves no trace', async () => {
      const wrapper = await bench().start({ MAX_CONCURRENCY: '1' });
      const statuses: number[] = [];
      const send = async (id: string): Promise<number> => {
        const { status } = await wrapper.answer(act('nothing')(id));
        statuses.push(status);
        return status;
      };
      let connection = await openConnection(wrapper.port);
      // until it is the one that has the slot
      await eventually(async () => {
        connection.close();
        connection = await openConnection(wrapper.port);
        connection.write(toBytes(act('nothing')('aborted')).subarray(0, -1));
        return (await send('probe')) === 429;
      });
      connection.close();
      await eventually(async () => (await send('after')) === 200);
      expect(wrapper.log().filter(({ event_id }) => event_id === 'aborted')).toEqual([]);
      expect((await wrapper.metrics()).get(success)).toBe(statuses.filter((status) => status === 200).length);
    });

    test('a caller that goes away later does not stop its invocation', async () => {
      const wrapper = await bench().start();
      const connection = await openConnection(wrapper.port);
      connection.write(toBytes(act('sleep', { ms: 300 })('left')));
      await running(wrapper, 1);
      connection.close();
      await eventually(async () => expect((await wrapper.metrics()).get(success)).toBe(1), { timeoutMs: 5000 });
    });
  });
}
