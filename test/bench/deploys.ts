import { z } from 'zod';
import { functionResource } from '../../operator/function/known-functions.ts';
import { KubeClient } from '../../operator/kube/client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { readKubeconfig } from '../../operator/kube/kubeconfig.ts';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { ReceiverCluster } from '../cluster/receiver-cluster.ts';
import type { ReceiverProcess } from '../cluster/receiver-process.ts';
import { deployerOf, proofOf } from './deployer.ts';
import { inParallel, namesOf, options } from './operator-bench.ts';
import { ratios, spreadOf } from './statistics.ts';
import { readThresholds } from './thresholds.ts';
import { describeSpread, judge, judgeAtMost } from './verdict.ts';

const thresholds = readThresholds(
  z.object({ deploys: z.strictObject({ perSecond: z.number(), toCreates: z.number() }) }),
).deploys;

const [rounds, many] = [5, 500] as const;
const spec = { source: { type: 'image', image: { repository: 'ghcr.io/example/hello', tag: 'v1' } } } as const;

/** Functions that come by events, each answered after the API server's answer, beside the same made by a client. */
export async function judgeDeploys(): Promise<boolean> {
  const [functions = ''] = findEnvironment(readEnvironments(), 'dev').namespaces.functions;
  const cluster = await ReceiverCluster.start(deployerOf(functions));
  try {
    const connection = await readKubeconfig({ paths: [cluster.controlPlane.kubeconfig], clock: systemClock });
    const client = new KubeClient(connection, { clock: systemClock });
    const headers = await proofOf(cluster);
    const [receiver] = cluster.replicas;
    if (receiver === undefined) throw new Error('no receiver has started');
    const create = (name: string): Promise<unknown> =>
      client.create(functionResource, { metadata: { namespace: cluster.functions, name }, spec }, options);
    const pairs: (readonly [number, number])[] = [];
    for (let round = -1; round < rounds; round += 1) {
      const deployed = await secondsOf(namesOf(many, 2 * round + 2), (name) => deploy(receiver, headers, name));
      const created = await secondsOf(namesOf(many, 2 * round + 3), create);
      if (round >= 0) pairs.push([deployed, created]);
    }
    await client.close();
    return judgeAll(pairs);
  } finally {
    await cluster.stop();
  }
}

async function deploy(
  receiver: ReceiverProcess,
  headers: Readonly<Record<string, string>>,
  name: string,
): Promise<void> {
  const event = { id: name, type: 'command.function.deploy', data: { metadata: { name }, spec }, headers };
  const answer = await receiver.send(event);
  if (!answer.startsWith('202 ')) throw new Error(`deploy of ${name}: ${answer}`);
}

async function secondsOf(names: readonly string[], work: (name: string) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await inParallel(names, work);
  return (performance.now() - startedAt) / 1000;
}

function judgeAll(pairs: readonly (readonly [deployed: number, created: number])[]): boolean {
  const perSecond = spreadOf(pairs.map(([deployed]) => many / deployed));
  const relative = spreadOf(ratios(pairs));
  return [
    judge(
      'deploys in a second, answered after the API server',
      perSecond.median >= thresholds.perSecond,
      `${describeSpread(perSecond, '', 0)}, bar ${thresholds.perSecond}`,
    ),
    judgeAtMost(
      'deploys to the same made by a client',
      relative.median,
      thresholds.toCreates,
      describeSpread(relative),
    ),
  ].every(Boolean);
}
