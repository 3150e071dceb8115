import { describe, expect, test } from '@jest/globals';
import { logExcerpt, redact } from './log-excerpt.ts';

describe('a log', () => {
  test('is its last twenty lines', () => {
    const lines = Array.from({ length: 50 }, (_, line) => `line ${line}`);
    expect(logExcerpt(`${lines.join('\r\n')}\n\n`).split('\n')).toEqual(lines.slice(-20));
  });

  test('without a word says so', () => {
    expect(logExcerpt(' \n\n')).toBe('it wrote nothing');
  });

  test('is cut at its beginning, where it is long', () => {
    const text = logExcerpt(`${'x'.repeat(9000)}end`);
    expect(text.length).toBe(4096);
    expect(text.endsWith('end')).toBe(true);
  });
});

describe('a secret', () => {
  test.each([
    ['https://me:hunter22@pypi.example.com/simple', 'hunter22'],
    ['Authorization: Bearer abcdef0123456789', 'abcdef0123456789'],
    ['curl -H "X-Auth-Token: t0ps3cret"', 't0ps3cret'],
    ['DB_PASSWORD=hunter22 python main.py', 'hunter22'],
    ['"password": "hunter22"', 'hunter22'],
    ['npm token: abcdef0123', 'abcdef0123'],
    ['AWS key AKIAIOSFODNN7EXAMPLE used', 'AKIAIOSFODNN7EXAMPLE'],
    [`remote: ghp_${'a'.repeat(36)}`, 'ghp_'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', 'MIIE'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE', 'MIIE'],
    ['jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2ln', 'eyJhbGciOiJIUzI1'],
  ])('is not shown in %j', (text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('[redacted]');
  });

  test.each([
    'no such file: secrets.txt',
    'Collecting tokenizers==0.15',
    'https://pypi.example.com/simple',
    'sha256:0123456789abcdef',
  ])('is not seen in %j', (text) => {
    expect(redact(text)).toBe(text);
  });
});
