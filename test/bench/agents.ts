import { z } from 'zod';
import {
  agentKind,
  functionKind,
  type Kind,
  type Measure,
  namesOf,
  operate,
  type OperatorBench,
  remove,
  runBench,
} from './operator-bench.ts';
import { spreadOf } from './statistics.ts';
import { readThresholds } from './thresholds.ts';
import { describeSpread, judgeAtMost } from './verdict.ts';

const help = `usage: make bench SUITE=agents

Makes agents until each has its Knative Service on a real API server, and as many functions with ready-made images,
interleaved, and compares both with test/bench/thresholds.json. The exit code is 1 above a bar.
`;

const many = 500;
const rounds = 3;

const thresholds = readThresholds(z.object({ agents: z.strictObject({ toFunctions: z.number() }) })).agents;

async function measureAll(bench: OperatorBench): Promise<boolean> {
  const operator = await bench.cluster.startOperator();
  const measure = async (kind: Kind, round: number): Promise<Measure> => {
    const names = namesOf(many, round);
    const measured = await operate(bench, operator, kind, names);
    await remove(bench, kind, bench.cluster.namespace, names);
    return measured;
  };
  await measure(functionKind, 0);
  await measure(agentKind, 1);
  const pairs: { readonly functions: Measure; readonly agents: Measure }[] = [];
  for (let round = 1; round <= rounds; round++) {
    pairs.push({
      functions: await measure(functionKind, 2 * round),
      agents: await measure(agentKind, 2 * round + 1),
    });
  }
  for (const kind of ['functions', 'agents'] as const) {
    const seconds = spreadOf(pairs.map((pair) => pair[kind].seconds));
    const cpuSeconds = spreadOf(pairs.map((pair) => pair[kind].cpuSeconds));
    process.stdout.write(`       ${many} ${kind}: ${describeSpread(seconds, ' s')}\n`);
    process.stdout.write(`       processor time of the operator: ${describeSpread(cpuSeconds, ' s')}\n`);
  }
  const ratio = spreadOf(pairs.map(({ agents, functions }) => agents.seconds / functions.seconds));
  return judgeAtMost(
    `${many} agents to as many functions`,
    ratio.median,
    thresholds.toFunctions,
    describeSpread(ratio),
  );
}

if (process.argv.includes('--help')) process.stdout.write(help);
else process.exitCode = await runBench(measureAll);
