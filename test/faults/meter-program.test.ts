import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerReceiver, ModelStandIn } from '../../operator/meter/memory-meter.ts';
import { bundleImage } from '../../tools/image/bundle.ts';
import { eventually } from '../cluster/eventually.ts';

const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-meter-'));
const port = 18_473;
const children: ChildProcess[] = [];
let printed = '';

beforeAll(() => bundleImage(folder));
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function startMeter(model: string, ledger: string): Promise<ChildProcess> {
  const env = {
    METER_PORT: String(port),
    METER_MODEL: model,
    METER_LEDGER: ledger,
    METER_REFUSES_UNCOUNTED: 'true',
    METER_LONGEST_ANSWER: '100',
    METER_LONGEST_CALL_SECONDS: '10',
    LOG_LEVEL: 'debug',
  };
  const child = spawn(process.execPath, [join(folder, 'main.cjs'), '--mode=meter'], { env });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (printed += text.toString()));
  children.push(child);
  const before = printed.length;
  await eventually(() => Promise.resolve(printed.slice(before).includes('started')), { intervalMs: 20 });
  return child;
}

const call = () =>
  fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer secret-key', 'x-own': 'secret-header' },
    body: JSON.stringify({ model: 'm', max_tokens: 50, messages: [{ role: 'user', content: 'secret-prompt' }] }),
  });


test.each(['SIGKILL', 'SIGTERM'] as const)('a meter with a call under way gets %s', async (signal) => {
  const model = new ModelStandIn();
  const receiver = new LedgerReceiver();
  const { agent } = receiver;
  receiver.agent = { ...agent, spec: { ...agent.spec, budget: { perDay: { tokens: 10_000 }, action: 'pause' } } };
  const asked = new Promise<() => void>((resolve) => {
    model.answer = (_request, response) =>
      resolve(() => response.end(JSON.stringify({ usage: { prompt_tokens: 3, completion_tokens: 4 } })));
  });
  try {
    const meter = await startMeter(await model.listen(), await receiver.listen());
    const answer = call().then(
      ({ status }) => status,
      () => 'cut',
    );
    const release = await asked;
    const reserved = Object.keys((await receiver.ledger()).open).length;
    const ended = once(meter, 'exit');
    meter.kill(signal);
    if (signal === 'SIGTERM') release();
    const [code] = await ended;
    expect({ reserved, answer: await answer, code }).toEqual(
      signal === 'SIGTERM' ? { reserved: 1, answer: 200, code: 0 } : { reserved: 1, answer: 'cut', code: null },
    );
    const { open } = await receiver.ledger();
    expect(Object.keys(open)).toHaveLength(signal === 'SIGTERM' ? 0 : 1);
    expect(await receiver.used()).toBeGreaterThan(0);
    expect(printed).not.toMatch(/secret/);
  } finally {
    model.close();
    await receiver.close();
  }
});
