import { runAtMost } from './testing/run-at-most.ts';
import { runTier } from './testing/run-tier.ts';
import { summarize } from './testing/summary.ts';
import { planTiers, tiers } from './testing/tiers.ts';
import { runChecked } from './testing/usage.ts';

const help = `usage: make test [TIER=name] [FILES="pattern ..."]
       node --import tsx tools/test.ts [--tier name] [pattern ...]

Runs every tier of tests whose parts are there, and names the others with the command that makes their parts.
The last line is the sum over all tiers. The exit code is 1 when a test fails or a suite cannot load.

  --tier name   only this tier: ${tiers.map(({ name }) => name).join(', ')}; it fails when a part is missing
  pattern       only test files whose path contains it
  --help        this text

With CI=true a tier that cannot run is a failure.
`;

/** Most tiers wait more than they compute. */
const tiersAtOnce = 1;

async function runTests(tier: string | undefined, patterns: readonly string[]): Promise<number> {
  const { run, skipped } = planTiers(tiers, tier);
  const ran = await runAtMost(tiersAtOnce, run, (one) => runTier(one, patterns, run.length === 1));
  const results = ran.filter(({ count }) => patterns.length === 0 || count.passed + count.failed > 0);
  const skipFails = tier !== undefined || process.env['CI'] === 'true';
  const { text, total } = summarize({ results, skipped, skipFails });
  const isEmpty = total.passed + total.failed === 0;
  if (isEmpty) process.stderr.write(`no test: got ${patterns.join(' ')}, allowed a part of the path of a test file\n`);
  process.stdout.write(text);
  return isEmpty || total.failed > 0 ? 1 : 0;
}

process.exitCode = await runChecked(help, { tier: { type: 'string' } }, ({ values, positionals }) =>
  runTests(values.tier, positionals),
);
