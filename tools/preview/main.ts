import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  buildReport,
  failureReport,
  formats,
  type FormatName,
  isFormatName,
  isOpenDanger,
  parseAcknowledgements,
  PreviewFailure,
  readPlans,
  readSides,
  type Report,
  type SidesOptions,
} from '../../preview/index.ts';
import { ConfigurationError, projectRoot, readEnvironments } from '../../stacks/index.ts';
import { runCommand } from '../command.ts';
import { cacheRoot } from '../real-parts/cache.ts';

const usage = `usage: make preview BASE=ref [NAME=value ...]

Says what a change does in every environment: renders the merge base with BASE and the working tree, and compares.
No cluster, no cloud account and no secret is needed.

  BASE       commit, branch or tag that the change goes to, as origin/main
  HEAD       commit that has the change; left out, the working tree
  FORMAT     ${Object.keys(formats).join(', ')}; left out, terminal
  OUT        folder that gets the report in every format; left out, it is printed
  FAIL_ON    danger or warning: exit code 1 where one is not accepted
  ACCEPT     file with the text of the pull request; its lines Preview-Accept: are read, like those of the commits
  SOURCE     rendered or committed: committed compares manifests/ as it is and renders nothing
  ENGINE     pulumi, or the argument --engine: what the Pulumi CLI, logged in, would do to each stack is told too;
             of the working tree only, with what the CLI itself needs; values are not shown
  LINK       address of the whole report, for what a comment has no room for

Exit codes of dist/preview.mjs: 0 a report was made, 1 FAIL_ON found something, 2 there is no report and it is said
why. make itself turns 1 into 2.
`;

const given = (name: string): string => process.env[name] ?? '';

function choose<Value extends string>(name: string, allowed: readonly [Value, ...Value[]]): Value {
  const text = given(name);
  const found = text === '' ? allowed[0] : allowed.find((one) => one === text);
  if (found === undefined) {
    throw new ConfigurationError([`${name}: got ${JSON.stringify(text)}, allowed ${allowed.join(', ')}; choose one`]);
  }
  return found;
}

/** @throws ConfigurationError for a commit: its program would run with the credentials of whoever is logged in */
function isEngineAsked(head: string): boolean {
  const isAsked = process.argv.includes('--engine') || choose('ENGINE', ['none', 'pulumi']) === 'pulumi';
  if (!isAsked || head === '') return isAsked;
  throw new ConfigurationError([
    `ENGINE: got HEAD=${head} beside it, allowed the working tree only; check the commit out, or leave ENGINE out`,
  ]);
}

function readOptions(): SidesOptions {
  const base = given('BASE');
  if (base === '') {
    throw new ConfigurationError(['BASE: got nothing, allowed a commit, branch or tag; make preview BASE=origin/main']);
  }
  const head = given('HEAD');
  const settings = readEnvironments();
  const stacks = settings.map(({ name }) => name);
  return {
    root: projectRoot,
    base,
    head: head === '' ? { kind: 'working tree' } : { kind: 'commit', name: head },
    from: choose('SOURCE', ['rendered', 'committed']),
    settings,
    memory: join(cacheRoot(process.env), 'previews'),
    now: new Date(),
    plans: isEngineAsked(head) ? () => readPlans({ root: projectRoot, stacks, variables: {} }) : undefined,
  };
}

function readFormat(): FormatName {
  const text = given('FORMAT') || 'terminal';
  if (isFormatName(text)) return text;
  throw new ConfigurationError([
    `FORMAT: got ${JSON.stringify(text)}, allowed ${Object.keys(formats).join(', ')}; choose one`,
  ]);
}

function readAcceptance(file: string): string {
  if (file === '') return '';
  if (existsSync(file)) return readFileSync(file, 'utf8');
  throw new ConfigurationError([
    `ACCEPT: got ${JSON.stringify(file)}, allowed a file with the text of the pull request; write it first`,
  ]);
}

/** Prints one format, or writes all of them into a folder. */
function publish(print: (format: FormatName, isTerminal: boolean) => string): void {
  const out = given('OUT');
  if (out === '') {
    process.stdout.write(print(readFormat(), process.stdout.isTTY));
    return;
  }
  const folder = resolve(out);
  mkdirSync(folder, { recursive: true });
  for (const name of Object.keys(formats).filter(isFormatName)) {
    writeFileSync(join(folder, formats[name].file), print(name, false));
  }
}

function isRefused({ dangers }: Report, failOn: 'nothing' | 'danger' | 'warning'): boolean {
  const open = dangers.filter(isOpenDanger);
  return failOn === 'warning' ? open.length > 0 : open.some(({ severity }) => severity === failOn);
}

/** A fault of the preview itself: no report either. */
function toFailure(error: unknown): PreviewFailure {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new PreviewFailure('head', 'the preview itself failed; report it with what follows', stack);
}

async function preview(): Promise<number> {
  const options = readOptions();
  const failOn = choose('FAIL_ON', ['nothing', 'danger', 'warning']);
  const accepted = readAcceptance(given('ACCEPT'));
  readFormat();
  const sides = await readSides(options);
  const report = buildReport(sides, parseAcknowledgements(`${sides.messages}\n${accepted}`));
  const shared = { wholeReport: given('LINK'), variables: process.env };
  publish((format, isTerminal) => formats[format].print(report, { ...shared, isTerminal }));
  return isRefused(report, failOn) ? 1 : 0;
}

await runCommand(usage, async () => {
  try {
    process.exitCode = await preview();
  } catch (error) {
    process.exitCode = 2;
    if (error instanceof ConfigurationError) {
      process.stderr.write(`${error.message}\n`);
      return;
    }
    const failure = error instanceof PreviewFailure ? error : toFailure(error);
    publish((format) => failureReport(failure, format));
    process.stderr.write(`preview failed: ${failure.message}\n`);
  }
});
