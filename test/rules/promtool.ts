import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuleGroup } from '../../charts/imports/prometheus.ts';
import { locateProgram } from '../../tools/real-parts/locate.ts';
import { promtoolPart } from '../../tools/real-parts/parts.ts';

/** One test of promtool: series, and what expressions must give at a time. */
export interface RuleTest {
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly promql_expr_test: readonly {
    readonly expr: string;
    readonly eval_time: string;
    readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
  }[];
}

export interface RuleTestFile {
  readonly name: string;
  readonly groups: readonly RuleGroup[];
  readonly tests: readonly RuleTest[];
}

interface Outcome {
  readonly code: number | null;
  readonly text: string;
}

/** Runs promtool on files, all of what it prints in the order of printing. JSON is YAML. */
function run(
  files: Readonly<Record<string, unknown>>,
  toArguments: (paths: readonly string[]) => readonly string[],
): Outcome {
  const promtool = locateProgram(promtoolPart);
  if (promtool === undefined) {
    throw new Error('promtool is missing; run make real-parts PART=promtool');
  }
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-rules-'));
  try {
    Object.entries(files).forEach(([name, content]) => writeFileSync(join(folder, name), JSON.stringify(content)));
    const output = join(folder, 'output.txt');
    const descriptor = openSync(output, 'w');
    const { status } = spawnSync(promtool, toArguments(Object.keys(files)), {
      cwd: folder,
      stdio: ['ignore', descriptor, descriptor],
    });
    closeSync(descriptor);
    return { code: status, text: readFileSync(output, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What promtool has against rules, style included. */
export function checkRules(groups: readonly RuleGroup[]): Outcome {
  return run({ 'rules.json': { groups } }, (paths) => ['check', 'rules', '--lint=all', '--lint-fatal', ...paths]);
}

/** Runs all files at once; the answer is what promtool says of each, by name: `SUCCESS`, or what differs. */
export function testRules(tests: readonly RuleTestFile[]): ReadonlyMap<string, string> {
  const files = Object.fromEntries(
    tests.flatMap(({ name, groups, tests: each }): [string, unknown][] => [
      [`${name}.rules.json`, { groups }],
      [
        `${name}.test.json`,
        { rule_files: [`${name}.rules.json`], evaluation_interval: '15s', fuzzy_compare: true, tests: each },
      ],
    ]),
  );
  const { text } = run(files, (paths) => ['test', 'rules', ...paths.filter((path) => path.endsWith('.test.json'))]);
  // one verdict for each file, in their order and without their names
  const verdicts = text.split(/^(?=  SUCCESS|  FAILED:)/m).filter((verdict) => verdict.trim() !== '');
  if (verdicts.length !== tests.length) {
    throw new Error(`promtool: got ${verdicts.length} verdicts on ${tests.length} files: ${text}`);
  }
  return new Map(tests.map(({ name }, index) => [name, verdicts[index]?.trim() ?? '']));
}
