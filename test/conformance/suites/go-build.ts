import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { localGo, renderDockerfile, runtimes } from '../../../operator/runtimes/index.ts';
import { eventually } from '../../cluster/eventually.ts';
import { findFreePorts } from '../../cluster/free-ports.ts';
import { startWrapper } from '../wrapper-process.ts';
import { resultOf, returning, useGoFunctions } from './go-functions.ts';

const program = join(import.meta.dirname, '..', '..', '..', 'cli', 'knative-lambda.mjs');

/** How functions of go become programs. */
export function describeGoBuild(): void {
  describe('the build', () => {
    const { folderOf, build, serve, removals } = useGoFunctions();

    test('a package of any name is joined, with the version of the language that its module says', async () => {
      const wrapper = await serve({
        'go.mod': 'module example.com/resize\n\ngo 1.18\n',
        'resize.go': `package resize

import "example.com/resize/inner"

func Handler(string) (values []int) {
	var calls []func() int
	for i := 0; i < 3; i++ {
		calls = append(calls, func() int { return i })
	}
	for _, call := range calls {
		values = append(values, call()+inner.Zero)
	}
	return values
}
`,
        'inner/inner.go': 'package inner\n\nconst Zero = 0\n',
      });
      // a loop has one variable up to 1.21, and one for each turn since
      expect(await resultOf(wrapper, '')).toEqual({ statusCode: 200, body: [3, 3, 3] });
    });

    test('a vendor folder stands for what go.mod requires', async () => {
      process.env['GOPROXY'] = 'off';
      removals.push(() => delete process.env['GOPROXY']);
      const wrapper = await serve({
        'go.mod': 'module shop\n\ngo 1.22\n\nrequire example.com/words v1.2.3\n',
        'shop.go': 'package shop\n\nimport "example.com/words"\n\nfunc Handler(any) string { return words.Hello }\n',
        'vendor/modules.txt': '# example.com/words v1.2.3\n## explicit; go 1.22\nexample.com/words\n',
        'vendor/example.com/words/words.go': 'package words\n\nconst Hello = "hello"\n',
      });
      expect(await resultOf(wrapper, {})).toEqual({ statusCode: 200, body: 'hello' });
    });

    test.each([
      ['a syntax error', { 'main.go': 'package main\n\nfunc Handler(data any any {\n' }, /main\.go:3/],
      ['a type error', { 'main.go': 'package main\n\nfunc Handler(data any) int { return "one" }\n' }, /main\.go:3/],
      [
        'a requirement that nobody has',
        {
          'go.mod': 'module shop\n\ngo 1.22\n\nrequire example.invalid/words v1.2.3\n',
          'shop.go': 'package shop\n\nimport _ "example.invalid/words"\n\nfunc Handler(any) {}\n',
        },
        /example\.invalid\/words@v1\.2\.3/,
      ],
      [
        'a module of a later version of the language',
        { 'go.mod': 'module shop\n\ngo 1.99\n', 'shop.go': returning('shop') },
        /requires go >= 1\.99/,
      ],
      ['no code', { 'README.md': 'nothing' }, /no buildable Go source files/],
      [
        'a function main',
        { 'main.go': `${returning('main')}\nfunc main() {}\n` },
        /has a function main, allowed none: the wrapper brings it/,
      ],
      [
        'a handler that is not exported',
        { 'shop.go': 'package shop\n\nfunc handler(data any) any { return data }\n' },
        /no function Handler, there is handler/,
      ],
    ] as const)('fails to build %s', (_what, files, message) => {
      expect(() => build(files)).toThrow(message);
    });

    test('knative-lambda run says what the compiler says, and serves what is mended', async () => {
      const source = folderOf({ 'main.go': 'package main\n\nfunc Handler(data string) int { return data }\n' });
      const [port = 0] = await findFreePorts(1);
      const args = [program, 'run', join(source, 'main.go'), '--port', String(port)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = new Promise((resolve) => {
        child.once('close', resolve);
      });
      removals.push(() => void child.kill('SIGKILL'));
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
      await eventually(() => output.includes('waiting for a change'), { timeoutMs: 30_000 });
      expect(output).toContain('main.go:3');
      writeFileSync(join(source, 'main.go'), returning('main'));
      await eventually(() => output.includes(`listening on http://localhost:${port}`), { timeoutMs: 30_000 });
      const answer = await fetch(`http://localhost:${port}/`, { method: 'POST', body: 'text' });
      expect(await answer.json()).toMatchObject({ functionName: 'main', result: { body: 'text' } });
      child.kill('SIGINT');
      expect(await ended).toBe(0);
    });

    test('the same code is the same program, wherever it is', () => {
      const files = { 'go.mod': 'module shop\n\ngo 1.22\n', 'shop.go': returning('shop') };
      const [one, other] = [build(files), build(files)].map((path) =>
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      );
      expect(one).toBe(other);
    });

    test('the instructions of the image make a static program that serves', async () => {
      const root = folderOf({ 'app/go.mod': 'module shop\n\ngo 1.22\n', 'app/shop.go': returning('shop') });
      cpSync(localGo.folder, join(root, 'runtime'), { recursive: true });
      const text = renderDockerfile(runtimes.go, {
        version: runtimes.go.defaultVersion,
        files: new Set(['go.mod', 'shop.go']),
        handler: null,
        bases: {},
      });
      const commands = [...text.matchAll(/^RUN (.*)$/gm)].map(([, command = '']) =>
        command.replaceAll(/ (\/(?:runtime|app|function))\b/g, ` ${root}$1`),
      );
      expect(commands).toHaveLength(2);
      for (const command of commands) {
        const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      }
      expect(existsSync(join(root, 'app', 'go.sum'))).toBe(false);
      const wrapper = await startWrapper({ program: join(root, 'function'), arguments: [] }, {});
      removals.push(() => void wrapper.stop());
      await wrapper.listening();
      expect(await resultOf(wrapper, 'text')).toEqual({ statusCode: 200, body: 'text' });
    });
  });
}
