import { join } from 'node:path';
import type { ConfirmChannel } from 'amqplib';
import { z } from 'zod';
import { eventTypes } from '../../operator/api/index.ts';
import { findEnvironment, projectRoot, readEnvironments } from '../../stacks/index.ts';
import { ReceiverCluster } from '../cluster/receiver-cluster.ts';
import { deployedReceiver } from '../deployed-programs.ts';
import { type Published, publishEvent, startBroker, startIngress } from './broker-ingress.ts';
import { deployerOf, proofOf } from './deployer.ts';
import { fullLoad, jsonPost, loadFully, type LoadRequest } from './runtimes/load.ts';
import { ratios, spreadOf } from './statistics.ts';
import { readThresholds } from './thresholds.ts';
import { describeSpread, judge, judgeAtMost } from './verdict.ts';

const thresholds = readThresholds(
  z.object({ confirms: z.strictObject({ perSecond: z.number(), toBarePublisher: z.number() }) }),
).confirms;

const [warmUps, rounds, many] = [2, 9, 3000] as const;
const name = 'hello';

/** Seconds for one event. */
type Pair = readonly [invoked: number, published: number];

function variables(port: number): Readonly<Record<string, string>> {
  const { NODE_OPTIONS = '' } = deployedReceiver('dev').variables;
  const preload = join(projectRoot, 'test/bench/service-address.cjs');
  return {
    RATE_LIMIT: '100000',
    BURST_SIZE: '100000',
    SERVICE_PORT: String(port),
    NODE_OPTIONS: `${NODE_OPTIONS} --require ${preload}`,
  };
}

function invocation(namespace: string, proof: Readonly<Record<string, string>>): LoadRequest {
  const attributes = {
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/bench',
    'ce-type': eventTypes.invokeAsync,
    'ce-subject': `${namespace}/${name}`,
  };
  return { bytes: jsonPost({ ...proof, ...attributes }, { payload: { text: 'x'.repeat(200) } }), status: 202 };
}

/** Invocations that are answered after RabbitMQ's confirm, beside the same events of a publisher alone. */
export async function judgeConfirms(): Promise<boolean> {
  const broker = await startBroker(name);
  const ingress = await startIngress(broker.ingress);
  try {
    const [functions = ''] = findEnvironment(readEnvironments(), 'dev').namespaces.functions;
    const cluster = await ReceiverCluster.start(deployerOf(functions), variables(ingress.port));
    try {
      const request = invocation(functions, await proofOf(cluster));
      return judgeAll(await measure(broker, ingress.last, [cluster.replicas[0]?.port ?? 0, request]));
    } finally {
      await cluster.stop();
    }
  } finally {
    ingress.stop();
    await broker.stop();
  }
}

async function measure(
  { bare, takeAll }: Pick<Awaited<ReturnType<typeof startBroker>>, 'bare' | 'takeAll'>,
  last: () => Published | undefined,
  load: readonly [port: number, request: LoadRequest],
): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (let round = -warmUps; round < rounds; round += 1) {
    const { latenciesMs, perSecond } = await loadFully(...load, many);
    const kept = await takeAll();
    if (kept !== latenciesMs.length) throw new Error(`${latenciesMs.length} events answered, ${kept} in the queue`);
    const event = last();
    if (event === undefined) throw new Error('no event came to the ingress');
    const published = await secondsEach(bare, event);
    await takeAll();
    if (round >= 0) pairs.push([1 / perSecond, published]);
  }
  return pairs;
}

/** As many under way as the receiver had. */
async function secondsEach(channel: ConfirmChannel, event: Published): Promise<number> {
  const startedAt = performance.now();
  let left: number = many;
  const work = async (): Promise<void> => {
    while (left-- > 0) await publishEvent(channel, event);
  };
  await Promise.all(Array.from({ length: fullLoad }, work));
  return (performance.now() - startedAt) / 1000 / many;
}

function judgeAll(pairs: readonly Pair[]): boolean {
  const perSecond = spreadOf(pairs.map(([invoked]) => 1 / invoked));
  const bare = spreadOf(pairs.map(([, published]) => 1 / published));
  const relative = spreadOf(ratios(pairs));
  const shown = `${describeSpread(relative)}, a bare publisher ${describeSpread(bare, '', 0)} in a second`;
  return [
    judge(
      'events in a second, answered after the publisher confirm',
      perSecond.median >= thresholds.perSecond,
      `${describeSpread(perSecond, '', 0)}, bar ${thresholds.perSecond}`,
    ),
    judgeAtMost('confirmed events to a bare publisher', relative.median, thresholds.toBarePublisher, shown),
  ].every(Boolean);
}
