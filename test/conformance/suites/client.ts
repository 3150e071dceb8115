import { beforeAll, describe, expect, test } from '@jest/globals';
import { CloudEvent, HTTP, type Message } from 'cloudevents';
import type { Workbench } from '../tested-language.ts';
import type { WrapperProcess } from '../wrapper-process.ts';

const eventOf = (act: string, data?: unknown): CloudEvent<unknown> =>
  new CloudEvent({
    id: `sdk-${act}`,
    type: `conformance.${act}`,
    source: '/sdk',
    subject: 'grüß dich',
    tenant: 'blue',
    ...(data === undefined ? {} : { data }),
  });

/** The SDK prints JSON itself in both modes. */
const bodyOf = ({ body }: Message): string => (typeof body === 'string' ? body : '');

/** Sends what the SDK made and lets it read the answer. */
async function exchange(wrapper: WrapperProcess, message: Message): Promise<CloudEvent<unknown>> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) headers.set(name, String(value));
  const response = await fetch(`http://127.0.0.1:${wrapper.port}/`, {
    method: 'POST',
    headers,
    body: bodyOf(message),
  });
  const answer = HTTP.toEvent({ headers: Object.fromEntries(response.headers), body: await response.text() });
  if (Array.isArray(answer)) throw new Error('a single event is answered by a single event');
  return new CloudEvent({ ...answer });
}

/** The project's own SDK as the client: what it sends is understood, and what comes back is an event to it. */
export function describeClient(bench: () => Workbench): void {
  describe('the CloudEvents SDK', () => {
    let wrapper: WrapperProcess;

    beforeAll(async () => {
      wrapper = await bench().start();
    }, 60_000);

    test.each(['binary', 'structured'] as const)('sends in %s mode and reads the reply', async (mode) => {
      const reply = await exchange(
        wrapper,
        HTTP[mode](eventOf('return', { greeting: 'grüß', list: [0, false, null] })),
      );
      expect(reply.type).toBe('io.knative.lambda.response.success');
      expect(reply.source).toBe('io.knative.lambda/runtime/conformance/tested');
      expect(reply['correlationid']).toBe('sdk-return');
      expect(reply.data).toMatchObject({
        functionName: 'tested',
        result: { statusCode: 200, body: { greeting: 'grüß', list: [0, false, null] } },
      });
    });

    test.each(['binary', 'structured'] as const)('sends attributes in %s mode', async (mode) => {
      const reply = await exchange(wrapper, HTTP[mode](eventOf('context', {})));
      expect(reply.data).toMatchObject({
        result: { body: { context: { source: '/sdk', extensions: { tenant: 'blue' } } } },
      });
    });

    test('reads an event that the handler returned', async () => {
      const placed = {
        specversion: '1.0',
        type: 'order.placed',
        subject: 'order 7',
        tenant: 'red',
        data: { total: 3 },
      };
      const reply = await exchange(wrapper, HTTP.structured(eventOf('return', placed)));
      expect(reply).toMatchObject({ type: 'order.placed', tenant: 'red', data: { total: 3 } });
    });

    test('reads the event of a failure', async () => {
      const reply = await exchange(wrapper, HTTP.binary(eventOf('raise', { name: 'OrderError', message: 'no stock' })));
      expect(reply.type).toBe('io.knative.lambda.response.error');
      expect(reply.data).toMatchObject({ error: { code: 'OrderError', message: 'no stock', retryable: true } });
    });
  });
}
