import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { prepareFunction } from '../../../cli/prepared-function.ts';
import { localGo, renderDockerfile, runtimes } from '../../../operator/runtimes/index.ts';
import { eventually } from '../../cluster/eventually.ts';
import { parseObject } from '../parse-object.ts';
import { act } from '../request.ts';
import type { Workbench } from '../tested-language.ts';
import { openConnection, responseOf, toBytes } from '../wire.ts';
import { startWrapper, type WrapperProcess } from '../wrapper-process.ts';

type Files = Readonly<Record<string, string>>;

const resultOf = async (wrapper: WrapperProcess, data: unknown): Promise<unknown> =>
  parseObject((await wrapper.answer(act('any', data)('an-id'))).body)['result'];

const returning = (name: string, type = 'string'): string => `package ${name}

func Handler(data ${type}) ${type} { return data }
`;

const sdkFunction = `package shop

import (
	"context"

	"github.com/cloudevents/sdk-go/v2/event"
)

func Handler(_ context.Context, data map[string]any) (*event.Event, error) {
	placed := event.New()
	placed.SetType("order.placed")
	placed.SetExtension("tenant", "blue")
	return &placed, placed.SetData("application/json", data)
}
`;

const ownEvent = `package main

import "lambda.knative.io/runtime/lambda"

func Handler(data string, ctx *lambda.Context) (*lambda.Event, error) {
	return &lambda.Event{
		Type: "image.made", DataContentType: "image/png", Subject: ctx.ID,
		Extensions: map[string]any{"tenant": "blue", "count": 3}, Data: []byte(data),
	}, nil
}
`;

/** What only go has. */
export function describeGo(bench: () => Workbench): void {
  describe('go', () => {
    const removals: (() => void)[] = [];

    afterEach(() => removals.splice(0).forEach((remove) => remove()));

    /** Folder with these files. */
    function folderOf(files: Files): string {
      const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-go-'));
      removals.push(() => rmSync(folder, { recursive: true }));
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      return folder;
    }

    /** Path of the program. */
    function build(files: Files, handler?: string): string {
      const { command, remove } = prepareFunction(localGo, { source: folderOf(files), handler });
      removals.push(remove);
      return command.program;
    }

    async function launch(files: Files, handler?: string): Promise<WrapperProcess> {
      const wrapper = await startWrapper({ program: build(files, handler), arguments: [] }, {});
      removals.push(() => void wrapper.stop());
      return wrapper;
    }

    async function serve(files: Files, handler?: string): Promise<WrapperProcess> {
      const wrapper = await launch(files, handler);
      await wrapper.listening();
      return wrapper;
    }

    test.each([
      ['WithContext', { a: 1 }, ['an-id', true, 1]],
      ['Typed', { total: 3 }, 3],
      ['Sized', { total: 3 }, 11],
      ['Silent', {}, null],
      ['Failing', 'text', null],
    ] as const)('the handler %s gets the parameters that it has', async (name, data, body) => {
      const wrapper = await bench().start({ HANDLER: name });
      expect(await resultOf(wrapper, data)).toEqual({ statusCode: 200, body });
    });

    test('fails with a TypeError on data that does not fit the parameter', async () => {
      const wrapper = await bench().start({ HANDLER: 'Typed' });
      const { status, body, headers } = await wrapper.answer(act('any', { total: 'three' })('misfit'));
      expect({ status, retryable: headers.get('kne-errorretryable') }).toEqual({ status: 500, retryable: 'false' });
      expect(parseObject(body)['error']).toMatchObject({
        code: 'TypeError',
        message: expect.stringContaining('total'),
        retryable: false,
      });
    });

    test.each([
      ['main.Text', 'no function'],
      ['main.Rest', '...'],
    ] as const)('fails to load %s, whose form is not allowed', async (handler, message) => {
      const wrapper = await bench().launch({ HANDLER: handler });
      expect(await wrapper.ended).toEqual({ code: 1, signal: null });
      expect(wrapper.terminationMessage()).toMatch(new RegExp(`^handler failed to load: ${handler}: HandlerError: `));
      expect(wrapper.terminationMessage()).toContain(message);
      expect(wrapper.log()).toContainEqual(expect.objectContaining({ msg: 'handler failed to load', handler }));
    });

    test('a panic is an error with its stack in the log only', async () => {
      const wrapper = await bench().start();
      const { body } = await wrapper.answer(act('raisevalue')('panic'));
      expect(parseObject(body)['error']).toEqual({ code: 'panic', message: 'out of stock', retryable: true });
      await eventually(
        () => {
          const stack = wrapper.log().find(({ msg }) => msg === 'invocation failed')?.['stack'];
          expect(stack).toContain('acts.go');
        },
        { timeoutMs: 5000 },
      );
    });

    test('a handler that ends its goroutine is answered', async () => {
      const code = 'package main\n\nimport "runtime"\n\nfunc Handler(any) any {\n\truntime.Goexit()\n\treturn nil\n}\n';
      const wrapper = await serve({ 'main.go': code });
      const { status, body } = await wrapper.answer(act('any')('goexit'));
      expect(status).toBe(500);
      expect(parseObject(body)['error']).toMatchObject({ code: 'ProcessExit', retryable: true });
    });

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

    test('an event of the CloudEvents SDK is the reply, and go.mod says its version', async () => {
      const wrapper = await serve({
        'go.mod': 'module shop\n\ngo 1.22\n\nrequire github.com/cloudevents/sdk-go/v2 v2.15.2\n',
        'shop.go': sdkFunction,
      });
      const { headers, body } = await wrapper.answer(act('any', { total: 3 })('sdk'));
      expect(headers.get('ce-type')).toBe('order.placed');
      expect(headers.get('ce-tenant')).toBe('blue');
      expect(headers.get('ce-source')).toBe('io.knative.lambda/runtime/conformance/tested');
      expect(parseObject(body)).toEqual({ total: 3 });
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

    test('an event of the wrapper itself is the reply', async () => {
      const wrapper = await serve({ 'main.go': ownEvent });
      const { headers, body } = await wrapper.answer(act('any', 'pixels')('own'));
      expect(Object.fromEntries(headers)).toMatchObject({
        'ce-type': 'image.made',
        'ce-subject': 'own',
        'ce-tenant': 'blue',
        'ce-count': '3',
        'content-type': 'image/png',
      });
      expect(body.toString()).toBe('pixels');
    });

    test.each(['/', '/other'])('fails at once on a request to %s whose body does not come', async (path) => {
      const wrapper = await bench().start({ MAX_CONCURRENCY: '1' });
      const held = await openConnection(wrapper.port);
      const slow = await openConnection(wrapper.port);
      held.write(toBytes(act('hang')('held')));
      await eventually(async () => (await wrapper.answer(act('any')('probe'))).status === 429, { timeoutMs: 5000 });
      const bytes = toBytes({ ...act('any')('slow'), path });
      const { status, headers } = responseOf(await slow.exchange(bytes.subarray(0, -1)));
      expect({ status, connection: headers.get('connection') }).toEqual({
        status: path === '/' ? 429 : 404,
        connection: 'close',
      });
      for (const connection of [held, slow]) connection.close();
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

    test('fails where a package panics while it starts, without ever listening', async () => {
      const wrapper = await launch({ 'main.go': `${returning('main')}\nfunc init() { panic("no database") }\n` });
      expect((await wrapper.ended).code).toBe(2);
      expect(wrapper.errorOutput()).toContain('no database');
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
