import { describe, expect, test } from '@jest/globals';
import { explainGoFailure, neededGoVersion, requireGo } from './go.ts';
import { moduleFolder } from './cache.ts';

const call = { arguments: ['mod', 'download', '-json'], signal: new AbortController().signal };

describe('the Go version', () => {
  test.each(['go1.24.9', 'go1.24.10', 'go1.25rc1', 'go1.26', 'devel go1.27-abcdef'])('may be %s', (installed) => {
    expect(requireGo(installed, '1.24.9')).toBe(installed);
  });

  test.each(['go1.24.8', 'go1.23', 'go1.9.9'])('fails to be new enough as %s', (installed) => {
    expect(() => requireGo(installed, '1.24.9')).toThrow(`Go is too old: got ${installed}, needed is go1.24.9`);
  });

  test('is the highest that the modules of a part ask for', () => {
    expect(neededGoVersion([moduleFolder('etcd'), moduleFolder('prometheus')])).toBe('1.24.9');
  });
});

describe('explainGoFailure', () => {
  test('picks the errors out of the objects that go prints', () => {
    const stdout = '{\n\t"Path": "a.example/b",\n\t"Error": "a.example/b@v1: 404 Not Found"\n}\n{\n\t"Path": "c"\n}\n';
    const { message } = explainGoFailure(call, { code: 1, stdout, stderr: '' });
    expect(message).toMatch(/^go mod download failed: a module was refused; .*\n {2}"Error": "a\.example\/b@v1: 404/);
    expect(message.split('\n')).toHaveLength(2);
  });

  test('shows no more than the last lines', () => {
    const stderr = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n');
    const { message } = explainGoFailure(call, { code: 1, stdout: '', stderr });
    expect(message).toContain('line 39');
    expect(message).not.toContain('line 20\n');
  });
});
