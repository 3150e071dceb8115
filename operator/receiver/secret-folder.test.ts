import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseAlertTokens, parseBrokerKeys, parseSigningKeys, readSecretFolder } from './secret-folder.ts';

const secret = 's'.repeat(32);

test('a mounted Secret is read without what kubelet keeps beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'secret-'));
  try {
    await writeFile(join(folder, 'team'), `${secret}\n`);
    await symlink(folder, join(folder, '..data'));
    await expect(readSecretFolder(folder)).resolves.toEqual(new Map([['team', secret]]));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a signing key acts as its user', () => {
  const text = JSON.stringify({ secret, user: 'system:serviceaccount:ci:deployer' });
  const user = { username: 'system:serviceaccount:ci:deployer', groups: ['system:authenticated'] };
  expect(parseSigningKeys(new Map([['ci-1', text]]))).toEqual([{ id: 'ci-1', secret, user }]);
});

test.each(['hunter2', '{"secret":"hunter2","user":"a"}', `{"secret":"${secret}"}`, '[]'])(
  'fails for the signing key %s without a word of it',
  (text) => {
    const parse = () => parseSigningKeys(new Map([['ci-1', text]]));
    expect(parse).toThrow(/^signing key ci-1: allowed JSON with secret/);
    expect(parse).not.toThrow(/hunter2/);
  },
);

test('paths are made with one key, and taken for those before it too', () => {
  const [now, before] = ['n'.repeat(32), 'b'.repeat(32)];
  expect(parseBrokerKeys(new Map())).toEqual({ current: undefined, accepted: [] });
  expect(
    parseBrokerKeys(
      new Map([
        ['before', before],
        ['key', now],
      ]),
    ),
  ).toEqual({ current: now, accepted: [before, now] });
});

test.each(['', 'short'])('fails for a key of Brokers that can be guessed or is none: "%s"', (text) => {
  expect(() => parseBrokerKeys(new Map([['key', text]]))).toThrow(/^key key of Brokers: allowed 32/);
});

test('fails for keys of Brokers of which none is the current one', () => {
  expect(() => parseBrokerKeys(new Map([['old', secret]]))).toThrow(/got old, needed one named key/);
});

test('tokens of Alertmanager are taken by any name, so that one can take the place of the other', () => {
  expect(parseAlertTokens(new Map())).toEqual([]);
  const files = new Map([
    ['token', secret],
    ['before', 'b'.repeat(32)],
  ]);
  expect(parseAlertTokens(files)).toEqual([secret, 'b'.repeat(32)]);
});

test.each(['', 'hunter2', 'hunter2!'.repeat(6)])(
  'fails for a token of Alertmanager that can be guessed, cannot be sent, or is none: "%s"',
  (text) => {
    const parse = () => parseAlertTokens(new Map([['token', text]]));
    expect(parse).toThrow(/^token token of alerts: allowed 32/);
    expect(parse).not.toThrow(/hunter2/);
  },
);
