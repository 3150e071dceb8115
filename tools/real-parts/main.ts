import { parseArgs } from 'node:util';
import { findPartFolder } from './cache.ts';
import { locateInstalledControlPlane } from './locate.ts';
import { PartError } from './part-error.ts';
import type { Part } from './part.ts';
import { controlPlanePart, parts } from './parts.ts';
import { providePart } from './provide.ts';

const help = `usage: node --import tsx tools/real-parts/main.ts [--part name]... [--list]

Builds or fetches what the test tiers need, once, into a cache outside the checkout.

  --part name   make this part only; can be given several times (default: every part)
  --list        say which parts there are and which of them are present
  --help        this text

The cache is $KNATIVE_LAMBDA_CACHE, else $XDG_CACHE_HOME/knative-lambda, else ~/.cache/knative-lambda.
Programs in $KUBEBUILDER_ASSETS come before those of the cache.
`;

async function main(): Promise<void> {
  const options = parseOptions();
  if (options.help) process.stdout.write(help);
  else if (options.list) process.stdout.write(parts.map(describePart).join(''));
  else await provideAll(selectParts(options.part));
}

function parseOptions() {
  try {
    const { values } = parseArgs({
      options: {
        part: { type: 'string', multiple: true, default: [] },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new PartError(error instanceof Error ? `${error.message}\n\n${help}` : help, { cause: error });
  }
}

function selectParts(names: readonly string[]): readonly Part[] {
  if (names.length === 0) return parts;
  return names.map((name) => {
    const part = parts.find((candidate) => candidate.name === name);
    if (part) return part;
    const allowed = parts.map((candidate) => candidate.name).join(', ');
    throw new PartError(`unknown part: got ${name}, allowed are ${allowed}`);
  });
}

function describePart(part: Part): string {
  const folder = findPartFolder(part, process.env);
  const status = folder ?? `missing, make it with: make real-parts PART=${part.name}`;
  return `${part.name} (${part.tiers.join(' and ')} tests): ${part.purpose}\n  ${status}\n`;
}

async function provideAll(selected: readonly Part[]): Promise<void> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());
  const lines: string[] = [];
  for (const part of selected) lines.push(await provideOne(part, interruption.signal));
  process.stdout.write(lines.join(''));
}

async function provideOne(part: Part, signal: AbortSignal): Promise<string> {
  const installed = part.name === controlPlanePart.name ? locateInstalledControlPlane(process.env) : undefined;
  if (installed) return `${part.name}  ${Object.values(installed).join(' ')}  installed\n`;
  const made = await providePart(part, { environment: process.env, output: process.stderr, signal });
  const mebibytes = (made.bytes / 2 ** 20).toFixed(made.bytes < 2 ** 20 ? 1 : 0);
  return `${made.name}  ${made.folder}  ${made.seconds.toFixed(1)} s  ${mebibytes} MiB\n`;
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(
    error instanceof PartError ? `${error.message}\n` : `${String(error instanceof Error ? error.stack : error)}\n`,
  );
}
