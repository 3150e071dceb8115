import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import { type Answer, printAnswer, toFailure } from './answer.ts';
import { buildSource } from './build-source.ts';
import { makeContext, type RenderContext } from './context.ts';
import { startDeadline } from './deadline.ts';
import { FetchError } from './failure.ts';
import { buildAddressPolicy, type ResolveHost } from './http/address-policy.ts';
import { buildHttpClient, type HttpClient } from './http/client.ts';
import type { Plan } from './plan.ts';
import { readPlan } from './plan-input.ts';
import { Secrets } from './secrets.ts';
import type { Surroundings } from './surroundings.ts';

const help = `Usage: fetch [--resolve] [--plan FILE]

Reads the source of a function and makes its build context; with --resolve only says which version it has now.

  --plan FILE    the plan, as JSON; default the variable FETCH_PLAN
  --resolve      write no files
  --help         print this

Variables: FETCH_PLAN; TERMINATION_LOG, the file for the answer, default /dev/termination-log;
what the cloud sets for the identity of the pod: AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE,
AWS_CONTAINER_CREDENTIALS_FULL_URI and AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, GCE_METADATA_HOST.

The answer is one line of JSON, also on standard output:
  {"outcome":"resolved","version":{"kind":"commit","value":"..."}}
  {"outcome":"fetched","version":{...},"files":3,"bytes":1024}
  {"outcome":"failed","reason":"NotFound","message":"...","retryable":false}

Exit codes: 0 done, 1 a bug, 2 somebody must change something first, 3 may succeed later.
`;

/** Pauses between attempts to connect. */
const pausesMs = [250, 1000];

/** What the program takes from its process. */
export interface World {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly resolveHost: ResolveHost;
  readonly now: () => Date;
  /** Ends the run early: the pod is going. */
  readonly stop: AbortSignal;
  readonly print: (text: string) => void;
  readonly renderContext: RenderContext;
}

export type ExitCode = 0 | 1 | 2 | 3;

/** Carries out a plan, writes the answer, and tells the exit code. Never throws. */
export async function runProgram(world: World): Promise<ExitCode> {
  const secrets = new Secrets();
  try {
    const options = readOptions(world.arguments);
    if (options.help) {
      world.print(help);
      return 0;
    }
    const answer = await carryOut(await readPlan(options.plan, world.environment), options.resolve, world, secrets);
    await publish(answer, world);
    return 0;
  } catch (error) {
    const failure = toFailure(error, secrets);
    if (failure.reason === 'InternalError' && isNativeError(error)) world.print(secrets.redact(`${error.stack}\n`));
    await publish(failure, world);
    return exitCodeOf(failure);
  }
}

function exitCodeOf({ reason, retryable }: Extract<Answer, { outcome: 'failed' }>): ExitCode {
  if (reason === 'InternalError') return 1;
  return retryable ? 3 : 2;
}

interface Options {
  readonly plan: string | undefined;
  readonly resolve: boolean;
  readonly help: boolean;
}

function readOptions(words: readonly string[]): Options {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const options = {
      mode: { type: 'string' },
      plan: { type: 'string' },
      resolve: flag,
      help: { ...flag, short: 'h' },
    } as const;
    const { plan, resolve, help: wanted } = parseArgs({ args: [...words], options }).values;
    return { plan, resolve, help: wanted };
  } catch (error) {
    if (!isNativeError(error)) throw error;
    throw new FetchError('PlanInvalid', `${error.message}; --help lists the options`, { cause: error });
  }
}

async function carryOut(plan: Plan, resolve: boolean, world: World, secrets: Secrets): Promise<Answer> {
  const { environment, now } = world;
  const deadline = startDeadline(plan.limits.seconds, world.stop);
  const clients: HttpClient[] = [];
  const policy = buildAddressPolicy(plan.trustedHosts);
  const shared = {
    resolveHost: world.resolveHost,
    signal: deadline.signal,
    silenceSeconds: plan.limits.silenceSeconds,
    pausesMs,
  };
  const keep = (client: HttpClient): HttpClient => {
    clients.push(client);
    return client;
  };
  const surroundings: Surroundings = {
    environment,
    secrets,
    now,
    signal: deadline.signal,
    isTrusted: policy.isTrusted,
    connect: (authority) =>
      keep(buildHttpClient({ ...shared, policy, ...(authority === undefined ? {} : { authority }) })),
    identityClient: keep(buildHttpClient({ ...shared, policy: { isTrusted: () => true, check: () => {} } })),
  };
  try {
    if (!resolve) return { outcome: 'fetched', ...(await makeContext(plan, surroundings, world.renderContext)) };
    const source = await buildSource(plan, surroundings);
    return { outcome: 'resolved', version: await source.resolve() };
  } finally {
    deadline.end();
    for (const client of clients) await client.close();
  }
}

/** Outside a pod there is no file for the answer. */
async function publish(answer: Answer, { environment, print }: World): Promise<void> {
  const text = printAnswer(answer);
  print(`${text}\n`);
  const path = environment['TERMINATION_LOG'] ?? '/dev/termination-log';
  await writeFile(path, text).catch((error: unknown) => print(`cannot write ${path}: ${String(error)}\n`));
}
