import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';

interface Received {
  readonly line: string;
  readonly authorization: string;
  readonly body: string;
}

/** For tests: an HTTP server that keeps what it is sent, as Slack, an approval service or a Broker. */
export class Standin {
  readonly received: Received[] = [];
  /** Put in by a test: what it answers. */
  answer: (received: Received) => { readonly status: number; readonly body?: string } = () => ({ status: 200 });
  readonly #server: Server;
  #address = '';

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { authorization = '' } = request.headers;
        const line = `${request.method} ${request.url}`;
        const received = { line, authorization, body: Buffer.concat(chunks).toString() };
        this.received.push(received);
        const { body = '', status } = this.answer(received);
        response.writeHead(status).end(body);
      });
    });
  }

  /** @returns its address, with a slash at its end */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.#address = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
    return this.#address;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

interface Pressed {
  readonly value: string;
  readonly actionId?: string;
  readonly user?: string;
  readonly responseUrl?: string;
}

/** For tests: the body of a request that Slack sends when somebody presses a button. */
export function pressedBody({ actionId = 'lambda_approve', responseUrl, user = 'U012AB3CD', value }: Pressed): string {
  const payload = {
    type: 'block_actions',
    team: { id: 'T1', domain: 'home' },
    user: { id: user, username: 'ann', name: 'ann', team_id: 'T1' },
    api_app_id: 'A1',
    actions: [{ type: 'button', action_id: actionId, block_id: 'b', value, action_ts: '1' }],
    ...(responseUrl === undefined ? {} : { response_url: responseUrl }),
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

/** For tests: the headers by which Slack signs a request (Slack, Verifying requests, version v0). */
export function slackHeaders(body: string, secret: string, now: Date): Record<string, string> {
  const time = String(Math.floor(now.getTime() / 1000));
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': time,
    'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')}`,
  };
}
