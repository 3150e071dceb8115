import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleAgent } from '../../operator/agent/sample.ts';
import { LedgerReceiver, ModelStandIn } from '../../operator/meter/memory-meter.ts';
import { bundleImage } from '../../tools/image/bundle.ts';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';

/** The program of the image, as it runs beside an agent. */
class MeterProgram {
  printed = '';
  readonly child: ChildProcess;
  readonly #port: number;

  constructor(bundle: string, { ledger, model, port }: { ledger: string; model: string; port: number }) {
    this.#port = port;
    const env = {
      METER_PORT: String(port),
      METER_MODEL: model,
      METER_LEDGER: ledger,
      METER_REFUSES_UNCOUNTED: 'true',
      METER_LONGEST_ANSWER: '100',
      METER_LONGEST_CALL_SECONDS: '10',
      LOG_LEVEL: 'debug',
    };
    this.child = spawn(process.execPath, [join(bundle, 'main.cjs'), '--mode=meter'], { env });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        this.printed += text.toString();
      });
    }
  }

  async says(word: string): Promise<void> {
    await eventually(() => this.printed.includes(word), { intervalMs: 20, timeoutMs: 60_000 });
  }

  /** Status of the answer of the model; `cut` where there is none. */
  async call(): Promise<number | 'cut'> {
    const headers = {
      'content-type': 'application/json',
      authorization: 'Bearer secret-key',
      'x-own': 'secret-header',
    };
    const body = JSON.stringify({ model: 'm', max_tokens: 50, messages: [{ role: 'user', content: 'secret-prompt' }] });
    const answer = fetch(`http://127.0.0.1:${this.#port}/v1/chat/completions`, { method: 'POST', headers, body });
    return answer.then(
      ({ status }) => status,
      () => 'cut' as const,
    );
  }
}

function expectNoSecret(meters: readonly MeterProgram[]): void {
  for (const { printed } of meters) expect(printed).not.toContain('secret');
}

describe('a meter with a call under way', () => {
  const bundle = mkdtempSync(join(tmpdir(), 'knative-lambda-meter-'));
  const meters: MeterProgram[] = [];
  let model: ModelStandIn;
  let receiver: LedgerReceiver;
  let addresses = { ledger: '', model: '' };

  beforeAll(() => bundleImage(bundle));
  beforeEach(async () => {
    [model, receiver] = [new ModelStandIn(), new LedgerReceiver()];
    receiver.agent = sampleAgent({ budget: { perDay: { tokens: 50 } } });
    addresses = { ledger: await receiver.listen(), model: await model.listen() };
  });
  afterEach(async () => {
    for (const { child } of meters) child.kill('SIGKILL');
    model.close();
    await receiver.close();
    expectNoSecret(meters.splice(0));
  });
  afterAll(() => rmSync(bundle, { recursive: true, force: true }));

  async function start(): Promise<MeterProgram> {
    const [port = 0] = await findFreePorts(1);
    const meter = new MeterProgram(bundle, { ...addresses, port });
    meters.push(meter);
    await meter.says('started');
    return meter;
  }

  /** A call that the model has, and what makes the model answer. */
  async function callUnderWay(meter: MeterProgram) {
    const asked = new Promise<() => void>((resolve) => {
      model.answer = (_request, response) =>
        resolve(() => response.end(JSON.stringify({ usage: { prompt_tokens: 3, completion_tokens: 4 } })));
    });
    const answer = meter.call();
    return { answer, release: await asked };
  }

  test('has spent what was reserved when it is killed, also once nobody waits for it any more', async () => {
    const meter = await start();
    const { answer } = await callUnderWay(meter);
    meter.child.kill('SIGKILL');
    expect(await answer).toBe('cut');
    receiver.now = new Date(receiver.now.getTime() + 3_600_000);
    expect(await (await start()).call()).toBe(429);
    expect(model.asked).toHaveLength(1);
    expect(await receiver.used()).toBeGreaterThanOrEqual(50);
  });

  test('ends after it when it is asked to, and counts what it used', async () => {
    const meter = await start();
    const { answer, release } = await callUnderWay(meter);
    const ended = once(meter.child, 'exit');
    meter.child.kill('SIGTERM');
    await meter.says('stopping');
    release();
    expect([await answer, await ended]).toEqual([200, [0, null]]);
    expect([await receiver.used(), (await receiver.ledger()).open]).toEqual([7, {}]);
  });

  test('tells nothing of a call that nobody answers', async () => {
    const meter = await start();
    await receiver.close();
    model.close();
    expect(await meter.call()).toBeGreaterThanOrEqual(500);
    await meter.says('"level":"warn"');
  });
});
