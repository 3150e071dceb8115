import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { missingForPreview, timePreviews } from './preview.ts';
import { ratios, spreadOf } from './statistics.ts';
import { bundleSynth, countObjects, measureMemory, timeBareNode, timeSynth } from './synth.ts';
import { readThresholds } from './thresholds.ts';
import { describeSpread, judgeAtMost } from './verdict.ts';

const help = `usage: make bench

Times the bundled synth against node -e 0, and previews of a stack against one of an empty program, interleaved, and
compares with test/bench/thresholds.json. Previews are left out where their parts are missing. The exit code is 1 above a bar.
`;

const warmUps = 3;
const rounds = 21;
/**
 * Environment with few objects that owns its cluster, so that both sides print the custom resources: what it takes is
 * start-up, what all of them take beyond it is their objects.
 */
const small = 'pro-1-node';

const previewRounds = 7;

const thresholds = readThresholds(
  z.object({
    synthToBareNode: z.number(),
    thousandObjectsToBareNode: z.number(),
    residentMegabytes: z.number(),
    gitopsPreviewToEmpty: z.number(),
    directPreviewToEmpty: z.number(),
  }),
);

interface Round {
  readonly bare: number;
  readonly all: number;
  readonly one: number;
}

function runRound(folder: string, index: number): Round {
  return {
    bare: timeBareNode(),
    all: timeSynth(join(folder, `all-${index}`)),
    one: timeSynth(join(folder, `one-${index}`), small),
  };
}

function bench(folder: string): boolean {
  bundleSynth();
  const all = Array.from({ length: warmUps + rounds }, (_, index) => runRound(folder, index));
  const measured = all.slice(warmUps);
  const objects = { all: countObjects(join(folder, 'all-0')), one: countObjects(join(folder, 'one-0')) };

  for (const [name, samples] of [
    ['node -e 0', measured.map((round) => round.bare)],
    [`synth of ${small}, ${objects.one} objects`, measured.map((round) => round.one)],
    [`synth of all, ${objects.all} objects`, measured.map((round) => round.all)],
  ] as const) {
    process.stdout.write(`       ${name}: ${describeSpread(spreadOf(samples), ' ms')}\n`);
  }

  const relative = spreadOf(ratios(measured.map((round) => [round.all, round.bare])));
  const further = (objects.all - objects.one) / 1000;
  const thousand = spreadOf(measured.map((round) => (round.all - round.one) / further / round.bare));
  const each = spreadOf(measured.map((round) => (round.all - round.one) / (objects.all - objects.one)));
  const memory = measureMemory(join(folder, 'memory'));
  return [
    judgeAtMost('synth to node -e 0', relative.median, thresholds.synthToBareNode, describeSpread(relative, '')),
    judgeAtMost(
      'a thousand further objects to node -e 0',
      thousand.median,
      thresholds.thousandObjectsToBareNode,
      `${describeSpread(thousand, '')}, each ${describeSpread(each, ' ms')}`,
    ),
    judgeAtMost('resident', memory, thresholds.residentMegabytes, `${memory.toFixed(0)} MB`),
  ].every((isWithin) => isWithin);
}

async function benchPreviews(): Promise<boolean> {
  const missing = missingForPreview();
  if (missing.length > 0) {
    process.stdout.write(`       previews: left out, ${missing.join(' and ')} missing; run make real-parts\n`);
    return true;
  }
  const [, ...measured] = await timePreviews(previewRounds + 1);
  for (const name of ['empty', 'gitops', 'direct'] as const) {
    const samples = measured.map((round) => round[name]);
    process.stdout.write(`       preview, ${name}: ${describeSpread(spreadOf(samples), ' ms')}\n`);
  }
  return (['gitops', 'direct'] as const)
    .map((name) => {
      const relative = spreadOf(ratios(measured.map((round) => [round[name], round.empty])));
      const bar = thresholds[`${name}PreviewToEmpty`];
      return judgeAtMost(`${name} preview to an empty one`, relative.median, bar, describeSpread(relative, ''));
    })
    .every((isWithin) => isWithin);
}

if (process.argv.includes('--help')) {
  process.stdout.write(help);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-bench-'));
  try {
    const isWithin = [bench(folder), await benchPreviews()];
    process.exitCode = isWithin.every(Boolean) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
