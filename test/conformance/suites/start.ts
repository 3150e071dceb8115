import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../cluster/eventually.ts';
import { parseObject } from '../parse-object.ts';
import { testedSeries } from '../metrics-text.ts';
import { act, wire } from '../request.ts';
import type { TestedLanguage, Workbench } from '../tested-language.ts';
import type { WireResponse } from '../wire.ts';
import type { WrapperProcess } from '../wrapper-process.ts';

const isRefused = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', () => resolve(true));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });

const refusedSettings = [
  ['PORT', 'http'],
  ['PORT', '0'],
  ['PORT', '65536'],
  ['METRICS_PORT', '-1'],
  ['TIMEOUT_SECONDS', 'abc'],
  ['TIMEOUT_SECONDS', '0'],
  ['TIMEOUT_SECONDS', '86401'],
  ['MAX_CONCURRENCY', '0'],
  ['MAX_BODY_BYTES', '1.5'],
  ['BODY_TIMEOUT_SECONDS', '-1'],
  ['SHUTDOWN_GRACE_SECONDS', 'NaN'],
  ['MAX_HOPS', '0'],
  ['LOG_LEVEL', 'loud'],
  ['LOG_FORMAT', 'xml'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
] as const;

async function failsWith(wrapper: WrapperProcess, message: RegExp, log: object): Promise<void> {
  expect(await wrapper.ended).toEqual({ code: 1, signal: null });
  expect(wrapper.terminationMessage()).toMatch(message);
  expect(wrapper.terminationMessage().trimEnd()).not.toContain('\n');
  expect(wrapper.log()).toContainEqual(expect.objectContaining(log));
  expect(await isRefused(wrapper.port)).toBe(true);
}

/** What the build printed. */
const buildFault = (bench: Workbench, handler: string): Promise<string> =>
  bench.launch({ HANDLER: handler }).then(
    () => 'built',
    (error: unknown) => String(error),
  );

/** The termination message. */
async function loadFault(bench: Workbench, handler: string): Promise<string> {
  const wrapper = await bench.launch({ HANDLER: handler });
  await failsWith(wrapper, new RegExp(`^handler failed to load: ${handler}: `), {
    msg: 'handler failed to load',
    level: 'error',
    handler,
    error_code: expect.any(String),
    error_message: expect.any(String),
  });
  return wrapper.terminationMessage();
}

/** For how long nobody calls a wrapper before its first invocation. */
const idleMs = 300;

const coldStartOf = ({ body }: WireResponse): unknown => parseObject(body)['metrics'];

export function describeStart({ runtime, handlers }: TestedLanguage, bench: () => Workbench): void {
  const { resolvesHandler } = runtime;
  const { broken } = handlers;

  describe('the start', () => {
    test.each(refusedSettings)('fails on %s=%s', async (name, value) => {
      const wrapper = await bench().launch({ [name]: value });
      await failsWith(wrapper, new RegExp(`^configuration refused: ${name}: got ${value}, allowed `), {
        msg: 'configuration refused',
        level: 'error',
        error_message: expect.stringContaining(name),
      });
    });

    const brokenOnes = broken.map((one) => ({ ...one, moment: resolvesHandler }));

    test.each(brokenOnes)('fails to $moment with $what', async ({ moment, handler, message }) => {
      const outcome = await (moment === 'build' ? buildFault(bench(), handler) : loadFault(bench(), handler));
      expect(outcome).toMatch(message);
    });

    test('fails on a port that is taken', async () => {
      const first = await bench().start();
      const second = await bench().launch({ PORT: String(first.port) });
      expect(await second.ended).toEqual({ code: 1, signal: null });
      expect(second.terminationMessage()).toContain(String(first.port));
    });

    test('a handler with one parameter gets the data', async () => {
      const wrapper = await bench().start({ HANDLER: handlers.single });
      const { body } = await wrapper.answer(act('any', { a: 1 })('single'));
      expect(parseObject(body)['result']).toEqual({ statusCode: 200, body: { a: 1 } });
    });

    test.each([handlers.unqualified, 'index.handler', ''])('HANDLER=%j is the default', async (handler) => {
      const wrapper = await bench().start({ HANDLER: handler });
      expect((await wrapper.answer(act('nothing')('default'))).status).toBe(200);
    });

    test('empty variables count as absent', async () => {
      const wrapper = await bench().start({ TIMEOUT_SECONDS: '', LOG_LEVEL: '', METRICS_PORT: '' });
      expect((await wrapper.answer(act('nothing')('empty'))).status).toBe(200);
    });

    test('the handler sees the environment', async () => {
      const wrapper = await bench().start({ GREETING: 'grüß' });
      const { body } = await wrapper.answer(act('environment', { name: 'GREETING' })('environment'));
      expect(parseObject(body)['result']).toEqual({ statusCode: 200, body: 'grüß' });
    });

    test('K_SERVICE and NAMESPACE name the function where nothing else does', async () => {
      const wrapper = await bench().start({
        FUNCTION_NAME: '',
        FUNCTION_NAMESPACE: '',
        K_SERVICE: 'named',
        NAMESPACE: 'elsewhere',
      });
      const { headers } = await wrapper.answer(act('nothing')('names'));
      expect(headers.get('ce-source')).toBe('io.knative.lambda/runtime/elsewhere/named');
    });

    test('the first invocation is a cold start, in answer, metric and log', async () => {
      const wrapper = await bench().start();
      const coldStarts = testedSeries('knative_lambda_function_cold_starts_total{}');
      const statuses = ['success', 'error', 'timeout'].map((status) =>
        testedSeries(`knative_lambda_function_invocations_total{status="${status}"}`),
      );
      const before = await wrapper.metrics();
      expect([coldStarts, ...statuses].map((series) => before.get(series))).toEqual([0, 0, 0, 0]);
      await sleep(idleMs);
      const sentAt = performance.now();
      const first = await wrapper.answer(act('nothing')('first'));
      expect(coldStartOf(first)).toMatchObject({ coldStart: true });
      expect(coldStartOf(await wrapper.answer(act('nothing')('second')))).toMatchObject({ coldStart: false });
      await eventually(
        () => {
          expect(wrapper.log().filter(({ msg }) => msg === 'cold start')).toEqual([
            expect.objectContaining({
              load_ms: expect.any(Number),
              first_call_ms: expect.any(Number),
              first_byte_ms: expect.any(Number),
            }),
          ]);
        },
        { timeoutMs: 2000, intervalMs: 5 },
      );
      // a wrapper looks at its clock after its answer was written: its caller may have read it by then
      const reportedMs = performance.now() - sentAt;
      const { load_ms: loadMs, first_byte_ms: firstByteMs } =
        wrapper.log().find(({ msg }) => msg === 'cold start') ?? {};
      // the time that it sat idle is no part of it
      expect(Number(firstByteMs) - Number(loadMs)).toBeLessThanOrEqual(reportedMs);
      const after = await wrapper.metrics();
      expect(after.get(coldStarts)).toBe(1);
      expect(after.get(testedSeries('knative_lambda_function_cold_start_seconds_count{}'))).toBe(1);
    });

    test('the log says what was started', async () => {
      const wrapper = await bench().start({ TIMEOUT_SECONDS: '7.5', MAX_CONCURRENCY: '3' });
      await eventually(
        () => {
          expect(wrapper.log()).toContainEqual(
            expect.objectContaining({
              msg: 'runtime started',
              level: 'info',
              port: wrapper.port,
              handler: expect.any(String),
              language: expect.any(String),
              language_version: expect.any(String),
              load_ms: expect.any(Number),
              timeout_seconds: 7.5,
              max_concurrency: 3,
            }),
          );
        },
        { timeoutMs: 2000 },
      );
    });

    test('LOG_LEVEL leaves out what is below it', async () => {
      const wrapper = await bench().start({ LOG_LEVEL: 'warn' });
      await wrapper.answer(act('nothing')('quiet'));
      await wrapper.answer(act('log', { level: 'info', message: 'quiet', fields: {} })('quiet'));
      await wrapper.answer(act('log', { level: 'warn', message: 'loud', fields: {} })('loud'));
      await eventually(() => expect(wrapper.log()).toHaveLength(1), { timeoutMs: 2000 });
      expect(wrapper.log()[0]).toMatchObject({ msg: 'loud' });
    });

    test('LOG_FORMAT=text is for people', async () => {
      const wrapper = await bench().start({ LOG_FORMAT: 'text' });
      await wrapper.answer(act('nothing')('text'));
      expect(wrapper.log()).toEqual([]);
      await eventually(() => expect(wrapper.writtenBytes()).toBeGreaterThan(100), { timeoutMs: 2000 });
    });

    test('METRICS_PORT moves the metrics there', async () => {
      const other = await bench().start();
      const port = other.port;
      await other.stop();
      const wrapper = await bench().start({ METRICS_PORT: String(port) });
      const request = wire({ method: 'GET', path: '/metrics', framing: 'none' })('');
      expect((await wrapper.answer(request)).status).toBe(404);
      const response = await fetch(`http://127.0.0.1:${port}/metrics`);
      expect(await response.text()).toContain('knative_lambda_function_invocations_total');
      expect((await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' })).status).toBe(404);
    });
  });
}
