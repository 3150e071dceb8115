import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { sign } from '../../operator/receiver/signature.ts';
import { bundleImage } from '../../tools/image/bundle.ts';
import { judgeConfirms } from './confirms.ts';
import { judgeDeploys } from './deploys.ts';
import { judgeLetters } from './letters.ts';
import { deployedReceiver } from '../deployed-programs.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { inPod, podVariables, writePod } from './pod.ts';
import { jsonPost, loadFully, type LoadRequest, loadSteadily } from './runtimes/load.ts';
import { type MeasuredServer, startMeasured } from './runtimes/measured-server.ts';
import { percentile, ratios, spreadOf } from './statistics.ts';
import { readThresholds } from './thresholds.ts';
import { describeSpread, judge, judgeAtMost } from './verdict.ts';

const help = `usage: make bench-receiver

Times events at the bundled receiver that write nothing: responses, and commands that break their schema. Each is signed,
checked and counted; nothing answers as API server. Compares with a bare HTTP server of Node.js that reads the same JSON,
interleaved, and with test/bench/thresholds.json. Then stores dead letters, looks for them in pages and sends them again,
deploys functions on a real API server, and invokes functions through a Broker's ingress that publishes to a real RabbitMQ:
each event is answered after the publisher confirm, beside the same events of a bare publisher.
Linux only. The exit code is 1 above a bar.
`;

const thresholds = readThresholds(
  z.object({
    receiver: z.strictObject({
      eventsPerCpuSecond: z.number(),
      /** A refusal is a line of the audit log, too. */
      cpuToBareServer: z.strictObject({ responses: z.number(), refusals: z.number() }),
      p99Ms: z.number(),
      readyToBareNode: z.number(),
      residentMegabytes: z.number(),
      bundleMegabytes: z.number(),
    }),
  }),
).receiver;

const [warmUps, rounds, requests, starts] = [2, 9, 6000, 7];
const key = { id: 'bench', secret: 's'.repeat(32) };

/** A signature holds for minutes, so it is made anew for each round. */
function signedPost(type: string, data: object): Buffer {
  const headers = {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/bench',
    'ce-type': `io.knative.lambda.${type}`,
  };
  const body = Buffer.from(JSON.stringify(data));
  const signature = sign({ method: 'POST', path: '/', headers, body }, key, Date.now());
  const { 'content-type': _, ...attributes } = headers;
  return jsonPost({ ...attributes, 'x-lambda-signature': signature }, data);
}

const response = (): LoadRequest => ({
  bytes: signedPost('response.success', { functionName: 'hello', result: { statusCode: 200, body: 'x'.repeat(200) } }),
  status: 202,
});

const refused = (): LoadRequest => ({
  bytes: signedPost('command.function.deploy', { metadata: { name: 'hello' }, spec: { source: { type: 'inline' } } }),
  status: 400,
});

const bareServer = `require('node:http').createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
    const text = JSON.stringify({ status: 'accepted', fields: Object.keys(JSON.parse(Buffer.concat(chunks))).length });
    response.writeHead(202, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
  });
}).listen(process.env.PORT, '127.0.0.1');`;

interface Place {
  readonly pod: string;
  readonly bundle: string;
  readonly keys: string;
}

async function startReceiver({ bundle, keys, pod }: Place): Promise<MeasuredServer> {
  const [port = 0] = await findFreePorts(1);
  const [program, args] = inPod(pod, join(bundle, 'main.cjs'), '--mode=receiver');
  const limits = { RATE_LIMIT: '100000', BURST_SIZE: '100000' };
  const { NODE_OPTIONS = '' } = deployedReceiver('dev').variables;
  const variables = { ...podVariables, ...limits, NODE_OPTIONS, SIGNING_KEYS_FOLDER: keys };
  return startMeasured({ program, arguments: args, variables }, port, response().bytes);
}

async function startBare(): Promise<MeasuredServer> {
  const [port = 0] = await findFreePorts(1);
  return startMeasured({ program: process.execPath, arguments: ['-e', bareServer] }, port, response().bytes);
}

/** Seconds on a processor for one request. */
async function cpuOfRequest(server: MeasuredServer, request: LoadRequest): Promise<number> {
  const before = server.cpuSeconds();
  await loadFully(server.port, request, requests);
  return (server.cpuSeconds() - before) / requests;
}

function timeBareNode(pod: string): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(...inPod(pod, '-e', '0'), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node -e 0: ended with ${status}\n${stderr}`);
  return performance.now() - startedAt;
}

async function judgeStart(place: Place): Promise<boolean> {
  const pairs: (readonly [number, number])[] = [];
  for (let start = 0; start < starts; start += 1) {
    const server = await startReceiver(place);
    await server.stop();
    pairs.push([server.readyMs, timeBareNode(place.pod)]);
  }
  const relative = spreadOf(ratios(pairs));
  return judgeAtMost(
    'first answer to node -e 0',
    relative.median,
    thresholds.readyToBareNode,
    describeSpread(relative),
  );
}

const kinds = [
  { name: 'responses', build: response },
  { name: 'refusals', build: refused },
] as const;

async function judgeEvents(receiver: MeasuredServer, bare: MeasuredServer): Promise<boolean> {
  const results: boolean[] = [];
  const cpuOfMix = Array.from({ length: rounds }, () => 0);
  for (const { build, name } of kinds) {
    const pairs: (readonly [number, number])[] = [];
    for (let round = -warmUps; round < rounds; round += 1) {
      const own = await cpuOfRequest(receiver, build());
      const other = await cpuOfRequest(bare, { ...build(), status: 202 });
      if (round < 0) continue;
      pairs.push([own, other]);
      cpuOfMix[round] = (cpuOfMix[round] ?? 0) + own / kinds.length;
    }
    const relative = spreadOf(ratios(pairs));
    const shown = `${describeSpread(relative)}, ${describeSpread(spreadOf(pairs.map(([own]) => 1 / own)), '', 0)} in a second`;
    results.push(judgeAtMost(`${name} to a bare server`, relative.median, thresholds.cpuToBareServer[name], shown));
  }
  const perSecond = spreadOf(cpuOfMix.map((seconds) => 1 / seconds));
  const shown = `${describeSpread(perSecond, '', 0)}, bar ${thresholds.eventsPerCpuSecond}`;
  results.push(
    judge('events in a second of one core, half of each', perSecond.median >= thresholds.eventsPerCpuSecond, shown),
  );
  return results.every((isWithin) => isWithin);
}

async function judgeSteady(receiver: MeasuredServer): Promise<boolean> {
  const latencies = await loadSteadily(receiver.port, response(), { perSecond: 1000, seconds: 5 });
  const p99 = percentile(latencies, 0.99);
  const shown = `${p99.toFixed(1)} ms (median ${percentile(latencies, 0.5).toFixed(1)} ms)`;
  const resident = receiver.residentMegabytes();
  return [
    judgeAtMost('99th percentile at 1000 events a second', p99, thresholds.p99Ms, shown),
    judgeAtMost('resident after all of it', resident, thresholds.residentMegabytes, `${resident.toFixed(0)} MB`),
  ].every((isWithin) => isWithin);
}

async function bench(folder: string): Promise<boolean> {
  const place = { pod: join(folder, 'pod'), bundle: join(folder, 'bundle'), keys: join(folder, 'keys') };
  writePod(place.pod);
  mkdirSync(place.keys);
  writeFileSync(join(place.keys, key.id), JSON.stringify({ secret: key.secret, user: 'bench' }));
  await bundleImage(place.bundle);
  const size = statSync(join(place.bundle, 'receiver.cjs')).size / 1e6;
  const isSmall = judgeAtMost('bundle of the receiver', size, thresholds.bundleMegabytes, `${size.toFixed(2)} MB`);
  const isFast = await judgeStart(place);
  const areGood = [await judgeLetters(), await judgeDeploys(), await judgeConfirms()].every(Boolean);
  const [receiver, bare] = [await startReceiver(place), await startBare()];
  try {
    const results = [await judgeEvents(receiver, bare), await judgeSteady(receiver)];
    return isSmall && isFast && areGood && results.every((isWithin) => isWithin);
  } finally {
    await receiver.stop();
    await bare.stop();
  }
}

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(help);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-receiver-bench-'));
  try {
    process.exitCode = (await bench(folder)) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
