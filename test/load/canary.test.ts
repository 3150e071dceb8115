import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from '../../stacks/index.ts';
import { exitCodes, runK6 } from './k6.ts';

const address = z.object({ port: z.number() });

interface Canary {
  readonly health: number;
  readonly delayMilliseconds: number;
}

describe('the load on a canary', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'knative-lambda-canary-'));
    // alone in a folder: a webhook hands over one text
    writeFileSync(join(folder, 'canary.ts'), readFileSync(join(projectRoot, 'charts', 'load', 'canary.ts')));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  async function judge({ health, delayMilliseconds }: Canary): Promise<number | null> {
    const server = createServer((request, response) => {
      const isEvent = request.method === 'POST' && request.headers['ce-type'] !== undefined;
      const answer = async (): Promise<void> => {
        await sleep(delayMilliseconds);
        response.writeHead(isEvent ? 202 : health).end();
      };
      request.resume();
      void answer();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = address.parse(server.address());
    const { code } = await runK6(['run', '--address', '', join(folder, 'canary.ts')], {
      CANARY_URL: `http://127.0.0.1:${port}`,
      TIME_SCALE: '0.02',
    });
    server.closeAllConnections();
    server.close();
    return code;
  }

  test('passes a good one', async () => {
    expect(await judge({ health: 200, delayMilliseconds: 0 })).toBe(exitCodes.passed);
  });

  test.each([
    ['answers errors', { health: 503, delayMilliseconds: 0 }],
    ['is slow', { health: 200, delayMilliseconds: 250 }],
  ])('fails one that %s', async (_what, canary) => {
    expect(await judge(canary)).toBe(exitCodes.thresholdsFailed);
  });
});
