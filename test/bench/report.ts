import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { compareScopes } from '../../preview/diff/objects.ts';
import { clusterObject, keyOf, type Objects } from '../../preview/object.ts';
import { projectRoot } from '../../stacks/index.ts';
import { ratios, spreadOf } from './statistics.ts';
import { timeBareNode } from './synth.ts';
import { readThresholds } from './thresholds.ts';
import { describeSpread, judgeAtMost } from './verdict.ts';

const help = `usage: make bench SUITE=report

Times make preview of the last change of manifests/ with both sides known, of a harmless change with both to be rendered, and
the comparison of 1,500 objects of which each differs, against node -e 0, interleaved. Compares with test/bench/thresholds.json.
The exit code is 1 above a bar.
`;

const rounds = 7;
const builtRounds = 2;
const objectCount = 1500;

const thresholds = readThresholds(
  z.object({
    report: z.strictObject({
      freshToBareNode: z.number(),
      builtToBareNode: z.number(),
      comparisonToBareNode: z.number(),
      residentMegabytes: z.number(),
    }),
  }),
).report;

function run(program: string, args: readonly string[], variables: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { ...process.env, ...variables },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ended with ${status}\n${stderr}`);
  return stdout.trim();
}

function time(action: () => void): number {
  const startedAt = performance.now();
  action();
  return performance.now() - startedAt;
}

interface Change {
  readonly base: string;
  readonly head: string;
}

function lastChange(): Change {
  const head = run('git', ['rev-list', '--max-count=1', 'HEAD', '--', 'manifests']);
  return { head, base: run('git', ['rev-parse', `${head}^`]) };
}

/** A commit that differs from HEAD in an input and in nothing that is rendered; no branch names it. */
function harmlessChange(folder: string): Change {
  const variables = { GIT_INDEX_FILE: join(folder, 'index') };
  const blob = run('git', ['hash-object', '-w', 'package.json']);
  run('git', ['read-tree', 'HEAD'], variables);
  run('git', ['update-index', '--add', '--cacheinfo', `100644,${blob},bench.json`], variables);
  const tree = run('git', ['write-tree'], variables);
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
  const head = run('git', [...author, 'commit-tree', tree, '-p', 'HEAD', '-m', 'bench']);
  return { head, base: run('git', ['rev-parse', 'HEAD']) };
}

/** One preview with the renderings in a folder of their own. */
function timePreview({ base, head }: Change, cache: string, memory = ''): number {
  const preload = memory === '' ? [] : ['--require', './test/bench/report-memory.cjs'];
  const variables = { KNATIVE_LAMBDA_CACHE: cache, BASE: base, HEAD: head, FORMAT: 'json', OUT: '' };
  return time(() => run(process.execPath, [...preload, 'dist/preview.mjs'], { ...variables, MEMORY_REPORT: memory }));
}

/** Deployments of which every one runs another image. */
function scope(version: string): Objects {
  const objects = Array.from({ length: objectCount }, (_, index) =>
    clusterObject(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: `web-${index}`, namespace: 'one', labels: { app: `web-${index}` } },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: `web-${index}` } },
          template: {
            metadata: { labels: { app: `web-${index}` } },
            spec: {
              containers: [
                {
                  name: 'web',
                  image: `example.com/web:${version}`,
                  env: Array.from({ length: 10 }, (__, place) => ({ name: `NAME_${place}`, value: String(index) })),
                  ports: [{ containerPort: 8080 }],
                },
              ],
            },
          },
        },
      },
      'file',
    ),
  );
  return new Map(objects.map((object) => [keyOf(object.id), object]));
}

function timeComparison(): number {
  const [base, head] = [scope('v1.0.0'), scope('v1.0.1')];
  return time(() => {
    const { length } = compareScopes(base, head);
    if (length !== objectCount) throw new Error(`changes: got ${length}, expected ${objectCount}`);
  });
}

function judgeRatio(name: string, pairs: readonly (readonly [number, number])[], bar: number): boolean {
  const times = spreadOf(pairs.map(([one]) => one));
  const relative = spreadOf(ratios(pairs));
  process.stdout.write(`       ${name}: ${describeSpread(times, ' ms', 0)}\n`);
  return judgeAtMost(`${name} to node -e 0`, relative.median, bar, describeSpread(relative, ''));
}

function bench(folder: string): boolean {
  run(process.execPath, ['tools/bundle.mjs', 'preview']);
  const change = lastChange();
  const harmless = harmlessChange(folder);
  const built = Array.from({ length: builtRounds }, (_, index): readonly [number, number] => [
    timePreview(harmless, join(folder, `cold-${index}`)),
    timeBareNode(),
  ]);
  const known = join(folder, 'known');
  timePreview(change, known);
  const fresh = Array.from({ length: rounds }, (): readonly [number, number] => [
    timePreview(change, known),
    timeBareNode(),
  ]);
  const comparisons = Array.from({ length: rounds }, (): readonly [number, number] => [
    timeComparison(),
    timeBareNode(),
  ]);
  const report = join(folder, 'memory');
  timePreview(change, known, report);
  const memory = (Number(readFileSync(report, 'utf8')) * 1024) / 1e6;
  return [
    judgeRatio('preview, both sides known', fresh, thresholds.freshToBareNode),
    judgeRatio('preview, both sides rendered', built, thresholds.builtToBareNode),
    judgeRatio(`comparison of ${objectCount} objects`, comparisons, thresholds.comparisonToBareNode),
    judgeAtMost('resident', memory, thresholds.residentMegabytes, `${memory.toFixed(0)} MB`),
  ].every((isWithin) => isWithin);
}

if (process.argv.includes('--help')) {
  process.stdout.write(help);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-bench-'));
  try {
    process.exitCode = bench(folder) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
