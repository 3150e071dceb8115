import { describe, expect, test } from '@jest/globals';
import { assert, constantFrom, property, string } from 'fast-check';
import { createLog, type Log, type LogFields, type LogLevel } from './log.ts';

function recordedLog(level: LogLevel = 'info'): { readonly log: Log; lines(this: void): readonly unknown[] } {
  const written: string[] = [];
  const log = createLog(level, { write: (line) => void written.push(line) });
  return { log, lines: () => written.map((line): unknown => JSON.parse(line)) };
}

describe('the log', () => {
  test('writes one JSON object a line with level, time, message and fields', () => {
    const { log, lines } = recordedLog();
    log.child({ controller: 'lambdafunction' }).info({ key: 'default/hello' }, 'deployed');
    expect(lines()).toEqual([
      {
        level: 'info',
        ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        controller: 'lambdafunction',
        key: 'default/hello',
        msg: 'deployed',
      },
    ]);
  });

  test('keeps quiet below its level', () => {
    const { log, lines } = recordedLog('warn');
    log.debug({}, 'one');
    log.info({}, 'two');
    log.warn({}, 'three');
    log.error({}, 'four');
    expect(lines()).toEqual([expect.objectContaining({ msg: 'three' }), expect.objectContaining({ msg: 'four' })]);
  });

  test('writes an error with its stack and its cause', () => {
    const { log, lines } = recordedLog();
    log.error({ err: new Error('no answer', { cause: new Error('connection refused') }) }, 'watch failed');
    expect(lines()).toEqual([
      expect.objectContaining({
        err: expect.objectContaining({
          message: expect.stringContaining('connection refused'),
          stack: expect.stringContaining('log.test.ts'),
        }),
      }),
    ]);
  });

  test('never writes a secret, wherever it stands', () => {
    const secret = string({ minLength: 8, unit: constantFrom('a', 'b', 'X', 'Y', '0', '9', '-', '_') }).map(
      (text) => `s3cr3t${text}`,
    );
    const places: readonly ((text: string) => readonly [LogFields, string])[] = [
      (text) => [{ token: text }, 'm'],
      (text) => [{ request: { headers: { Authorization: `Bearer ${text}` } } }, 'm'],
      (text) => [{ deep: [{ password: text, clientSecret: text, 'x-api-key': text, apiKey: text }] }, 'm'],
      (text) => [{ password: `"${text}\\` }, 'm'],
      (text) => [{ err: new Error(`GET https://user:${text}@host/path failed`) }, 'm'],
      (text) => [{}, `sent Authorization: Bearer ${text}`],
      (text) => [{ url: `amqp://user:${text}@rabbitmq:5672/` }, 'm'],
      (text) => [{ note: `eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.${text}` }, 'm'],
    ];
    assert(
      property(secret, constantFrom(...places), (text, place) => {
        const { log, lines } = recordedLog();
        const [fields, message] = place(text);
        log.info(fields, message);
        expect(JSON.stringify(lines())).not.toContain(text);
        expect(lines()).toHaveLength(1);
      }),
    );
  });

  test('leaves what is no secret as it is', () => {
    const { log, lines } = recordedLog();
    const fields = { key: 'default/token-service', secretName: 'minio-credentials', url: 'https://host:8443/a@b' };
    log.info(fields, 'the Secret minio-credentials has a new version');
    expect(lines()).toEqual([expect.objectContaining(fields)]);
  });
});
