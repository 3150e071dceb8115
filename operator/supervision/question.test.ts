import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { sendQuestion } from './question.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/hidden`;
}

const ask = (url: string) => sendQuestion('Slack', { url, method: 'POST', headers: {}, body: '{}' });

test('an answer without an end is read as far as one may be needed, and left', async () => {
  const events = new EventEmitter();
  const left = once(events, 'left');
  const url = await serve((_request, response) => {
    const timer = setInterval(() => response.write('x'.repeat(100_000)), 1);
    response.on('close', () => {
      clearInterval(timer);
      events.emit('left');
    });
  });
  expect((await ask(url)).text).toHaveLength(65_536);
  await left;
});

test.each([
  ['a redirect', 302, 'Slack answers with status 302'],
  ['a refusal', 403, 'Slack answers with status 403'],
])('fails for %s, which it does not follow', async (_what, status, message) => {
  let requests = 0;
  const url = await serve((_request, response) => {
    requests += 1;
    response.writeHead(status, { location: '/elsewhere' }).end('hidden');
  });
  await expect(ask(url)).rejects.toThrow(new Error(message));
  expect(requests).toBe(1);
});

test('fails where nobody listens, and does not say where that is', async () => {
  const url = await serve(() => {});
  for (const server of servers.splice(0)) await new Promise((resolve) => void server.close(resolve));
  await expect(ask(url)).rejects.toThrow(new Error('Slack does not answer: ECONNREFUSED'));
  await expect(ask('no address: hidden')).rejects.toThrow(new Error('Slack does not answer: ERR_INVALID_URL'));
});
