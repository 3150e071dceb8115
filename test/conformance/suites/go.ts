import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../cluster/eventually.ts';
import { parseObject } from '../parse-object.ts';
import { act } from '../request.ts';
import type { Workbench } from '../tested-language.ts';
import { openConnection, responseOf, toBytes } from '../wire.ts';
import { resultOf, returning, useGoFunctions } from './go-functions.ts';

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

/** What only handlers of go can do. */
export function describeGo(bench: () => Workbench): void {
  describe('go', () => {
    const { launch, serve } = useGoFunctions();

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
      await eventually(() => wrapper.log().some(({ msg }) => msg === 'invocation started'), { timeoutMs: 30_000 });
      const bytes = toBytes({ ...act('any')('slow'), path });
      const { status, headers } = responseOf(await slow.exchange(bytes.subarray(0, -1)));
      expect({ status, connection: headers.get('connection') }).toEqual({
        status: path === '/' ? 429 : 404,
        connection: 'close',
      });
      for (const connection of [held, slow]) connection.close();
    });

    test('fails where a package panics while it starts, without ever listening', async () => {
      const wrapper = await launch({ 'main.go': `${returning('main')}\nfunc init() { panic("no database") }\n` });
      expect((await wrapper.ended).code).toBe(2);
      expect(wrapper.errorOutput()).toContain('no database');
    });
  });
}
