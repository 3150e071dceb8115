import { describe, expect, test } from '@jest/globals';
import { ApiError, ConnectionError } from '../kube/api-error.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { Command } from './command.ts';
import { type Authorize, Commands } from './commands.ts';
import { MemoryFunctions } from './memory-functions.ts';
import { Refusal } from './refusal.ts';

const today = () => new Date('2026-01-01T12:00:00Z');
const target = { namespace: 'functions', name: 'hello' };
const anybody: Authorize = () => Promise.resolve();
const nobody: Authorize = () => Promise.reject(new Refusal('forbidden', 'no'));
const deploy: Command = { kind: 'deploy', target, labels: {}, annotations: {}, spec: { a: 1 } };
const remove: Command = { kind: 'delete', target, reason: '' };
const rebuild: Command = { kind: 'rebuild', target, reason: '' };

const event = (id = 'e-1'): CloudEvent => ({
  id,
  source: '/s',
  type: 't',
  subject: undefined,
  time: undefined,
  dataContentType: undefined,
  dataSchema: undefined,
  extensions: {},
  data: { kind: 'none' },
});

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => undefined,
    (one: unknown) => one,
  );
  if (error instanceof Refusal) return error;
  throw error ?? new Error('got an effect, expected a refusal');
}

const apiError = (status: number, reason = '', changes = {}) =>
  new ApiError({ status, reason, message: 'no', ...changes });

describe('a command', () => {
  test('makes, changes and deletes a function', async () => {
    const store = new MemoryFunctions();
    const commands = new Commands(store, today);
    const effects = [];
    for (const [command, id] of [
      [deploy, '1'],
      [deploy, '2'],
      [rebuild, '3'],
      [remove, '4'],
      [remove, '5'],
    ] as const) {
      effects.push(await commands.carryOut(command, event(id), anybody));
    }
    expect(effects).toEqual(['created', 'changed', 'changed', 'deleted', 'absent']);
    const key = 'functions/hello';
    expect(store.writes).toEqual([`create ${key}`, `patch ${key}`, `patch ${key}`, `delete ${key}`]);
  });

  test('has one effect when two replicas get the same event a hundred times at once', async () => {
    const store = new MemoryFunctions();
    const replicas = [new Commands(store, today), new Commands(store, today)];
    const effects = await Promise.all(
      Array.from({ length: 50 }, () => replicas.map((one) => one.carryOut(deploy, event(), anybody))).flat(),
    );
    expect(store.writes).toEqual(['create functions/hello']);
    expect(effects.filter((effect) => effect !== 'duplicate')).toEqual(['created']);
  });

  test('loses nothing when two replicas write different events at once', async () => {
    const store = new MemoryFunctions();
    const replicas = [new Commands(store, today), new Commands(store, today)];
    await Promise.all(replicas.map((one, index) => one.carryOut(deploy, event(`e-${index}`), anybody)));
    expect(store.writes).toHaveLength(2);
    await expect(replicas[0]?.carryOut(deploy, event('e-1'), anybody)).resolves.toBe('duplicate');
    await expect(replicas[0]?.carryOut(deploy, event('e-0'), anybody)).resolves.toBe('duplicate');
  });

  test('decides anew when the function goes between reading and writing', async () => {
    const store = new MemoryFunctions();
    const commands = new Commands(store, today);
    await commands.carryOut(deploy, event('1'), anybody);
    store.before = (verb) => {
      if (verb === 'patch') store.functions.clear();
    };
    await expect(commands.carryOut(deploy, event('2'), anybody)).resolves.toBe('created');
  });

  test('asks whether the sender may, before anything is written', async () => {
    const store = new MemoryFunctions();
    const commands = new Commands(store, today);
    const asked: string[] = [];
    const authorize: Authorize = (verb, { name, namespace }) => {
      asked.push(`${verb} ${namespace}/${name}`);
      return Promise.resolve();
    };
    for (const [command, id] of [
      [remove, '0'],
      [deploy, '1'],
      [rebuild, '2'],
      [rebuild, '2'],
      [remove, '3'],
    ] as const) {
      await commands.carryOut(command, event(id), authorize);
    }
    const key = 'functions/hello';
    expect(asked).toEqual([`get ${key}`, `create ${key}`, `patch ${key}`, `get ${key}`, `delete ${key}`]);
  });

  test('fails without an effect when the sender may not', async () => {
    const store = new MemoryFunctions();
    expect((await refusalOf(new Commands(store, today).carryOut(deploy, event(), nobody))).status).toBe(403);
    expect(store.writes).toEqual([]);
  });

  test('fails for a function that is not there', async () => {
    const refusal = await refusalOf(new Commands(new MemoryFunctions(), today).carryOut(rebuild, event(), anybody));
    expect([refusal.status, refusal.message]).toEqual([422, 'no function functions/hello; deploy it first']);
  });

  test('fails with 503 when others change the function all the time', async () => {
    const store = new MemoryFunctions();
    store.before = (verb) => {
      if (verb === 'create') throw apiError(409, 'AlreadyExists');
    };
    expect((await refusalOf(new Commands(store, today).carryOut(deploy, event(), anybody))).status).toBe(503);
  });

  const invalid = { details: [{ reason: 'FieldValueInvalid', message: 'too big', field: 'spec.env[0].name' }] };

  test.each([
    ['invalid', apiError(422, 'Invalid', invalid), 422, 'invalid_function'],
    ['no object', apiError(400, 'BadRequest'), 422, 'invalid_function'],
    ['too large', apiError(413), 422, 'invalid_function'],
    ['forbidden', apiError(403, 'Forbidden'), 403, 'forbidden'],
    ['in no namespace', apiError(404, 'NotFound'), 422, 'unknown_target'],
    ['one too many', apiError(429, 'TooManyRequests', { retryAfterMs: 2000 }), 503, 'dependency_unavailable'],
    ['of an expired token', apiError(401, 'Unauthorized'), 503, 'dependency_unavailable'],
    ['in trouble', apiError(500, 'InternalError'), 503, 'dependency_unavailable'],
    ['silent', new ConnectionError('reset', 'ECONNRESET'), 503, 'dependency_unavailable'],
  ])('fails when the API server finds it %s', async (_title, error, status, reason) => {
    const store = new MemoryFunctions();
    store.before = (verb) => {
      if (verb === 'create') throw error;
    };
    const refusal = await refusalOf(new Commands(store, today).carryOut(deploy, event(), anybody));
    expect([refusal.status, refusal.reason]).toEqual([status, reason]);
    expect(refusal.retryAfterMs !== undefined).toBe(status === 503);
  });

  test('fails with a pointer to what the API server found', async () => {
    const store = new MemoryFunctions();
    store.before = (verb) => {
      if (verb === 'create') throw apiError(422, 'Invalid', invalid);
    };
    const { faults } = await refusalOf(new Commands(store, today).carryOut(deploy, event(), anybody));
    expect(faults).toEqual([{ pointer: '/data/spec/env/0/name', message: 'too big' }]);
  });

  test('fails as a bug when what happened is no answer of the API server', async () => {
    const store = new MemoryFunctions();
    store.before = () => {
      throw new TypeError('x is not a function');
    };
    await expect(new Commands(store, today).carryOut(deploy, event(), anybody)).rejects.toThrow(TypeError);
  });
});
