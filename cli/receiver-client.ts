import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { UsageError } from './usage-error.ts';

/** The events API, as one account. */
export interface ReceiverClient {
  get(this: void, path: string, query: Readonly<Record<string, string>>): Promise<unknown>;
  post(this: void, path: string, body: object): Promise<unknown>;
}

export interface ReceiverAddress {
  readonly url: string;
  readonly token: string;
}

/** Answers are JSON; what is refused, and silence, is a UsageError. */
export function receiverClient({ token, url }: ReceiverAddress): ReceiverClient {
  const authorization = { authorization: `Bearer ${token}` };
  return {
    get: (path, query) => ask(`${path}?${new URLSearchParams(query).toString()}`, { headers: authorization }),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: { ...authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };

  async function ask(path: string, init: RequestInit): Promise<unknown> {
    const response = await fetch(new URL(path, url), init).catch((error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new UsageError(`${url}: no answer: ${cause || 'nobody listens'}; see --receiver in --help`, {
        cause: error,
      });
    });
    const text = await response.text();
    const answer = parseJson(text);
    if (!response.ok) throw new UsageError(describeRefusal(response.status, answer));
    return answer;
  }
}

const refusal = z.looseObject({
  message: z.string(),
  details: z.array(z.looseObject({ pointer: z.string(), message: z.string() })).default([]),
});

function describeRefusal(status: number, answer: unknown): string {
  const { data } = refusal.safeParse(answer);
  if (data === undefined) return `the receiver answers ${status}`;
  return [data.message, ...data.details.map(({ message, pointer }) => `${pointer}: ${message}`)].join('\n');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Audience of the tokens that the receiver takes. */
const audience = 'knative-lambda-receiver';

/**
 * A token of an account of the namespace; one in KNATIVE_LAMBDA_TOKEN goes before.
 * @throws UsageError where there is none
 */
export function readToken(account: string | undefined, namespace: string): string {
  const { KNATIVE_LAMBDA_TOKEN: given } = process.env;
  if (given) return given;
  if (account === undefined) {
    throw new UsageError('token: got none, allowed --account NAME or the variable KNATIVE_LAMBDA_TOKEN');
  }
  const { error, status, stderr, stdout } = spawnSync(
    'kubectl',
    ['create', 'token', account, '--namespace', namespace, '--audience', audience, '--duration', '1h'],
    { encoding: 'utf8' },
  );
  if (error !== undefined)
    throw new UsageError(`kubectl: ${error.message}; install kubectl, or set KNATIVE_LAMBDA_TOKEN`);
  if (status !== 0) throw new UsageError(`account ${account}: ${stderr.trim()}`);
  return stdout.trim();
}
