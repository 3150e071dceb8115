import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseOptions } from './options.ts';
import { UsageError } from './usage-error.ts';

const usualType = 'io.knative.lambda.invoke.sync';

export const invokeHelp = `usage: knative-lambda invoke NAME|URL [options]

Sends an event to a function and prints its answer: the result on stdout, the status and the type on stderr. The exit
code is 1 when the function failed.

  NAME               function in the cluster of the current kubectl context
  URL                where a function listens, such as http://localhost:8080
  --data TEXT        data of the event: JSON, else text; @FILE reads a file, - reads stdin
  --type TYPE        type of the event, ${usualType} unless given
  --source SOURCE    source of the event, knative-lambda/invoke unless given
  --subject SUBJECT  subject of the event
  --id ID            id of the event, a new one unless given
  --namespace NAME   namespace of the function, that of the context unless given
  --help             this text
`;

const options = {
  data: { type: 'string' },
  type: { type: 'string', default: usualType },
  source: { type: 'string', default: 'knative-lambda/invoke' },
  subject: { type: 'string' },
  id: { type: 'string' },
  namespace: { type: 'string' },
} as const;

/** @returns exit code: 1 when the function failed */
export async function invoke(typed: readonly string[]): Promise<number> {
  const { values, subject: target } = parseOptions(typed, { options, subject: 'function' });
  const url = target.includes('://') ? target : functionUrl(target, values.namespace);
  const data = values.data === undefined ? undefined : parseData(readData(values.data));
  return send(url, {
    specversion: '1.0',
    id: values.id ?? randomUUID(),
    type: values.type,
    source: values.source,
    time: new Date().toISOString(),
    ...(values.subject === undefined ? {} : { subject: values.subject }),
    ...data,
  });
}

/** Sends an event in structured mode and prints the answer. */
export async function send(url: string, event: Readonly<Record<string, unknown>>): Promise<number> {
  const response = await post(url, JSON.stringify(event));
  const text = await response.text();
  const type = response.headers.get('ce-type') ?? 'no event';
  process.stderr.write(`${response.status} ${type} ${response.headers.get('x-correlation-id') ?? ''}\n`);
  process.stdout.write(`${pretty(text)}\n`);
  return response.ok ? 0 : 1;
}

async function post(url: string, body: string): Promise<Response> {
  try {
    const headers = { 'content-type': 'application/cloudevents+json' };
    return await fetch(url, { method: 'POST', headers, body });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new UsageError(`${url}: no answer: ${cause || 'nobody listens'}`, { cause: error });
  }
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function readData(given: string): string {
  if (given === '-') return readFileSync(0, 'utf8');
  if (!given.startsWith('@')) return given;
  try {
    return readFileSync(given.slice(1), 'utf8');
  } catch (error) {
    throw new UsageError(`data: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}

/** JSON is sent as it is, anything else as text. */
export function parseData(text: string): { readonly data: unknown; readonly datacontenttype: string } {
  try {
    return { data: JSON.parse(text), datacontenttype: 'application/json' };
  } catch {
    return { data: text, datacontenttype: 'text/plain' };
  }
}

/** Where Knative serves a function. */
function functionUrl(name: string, namespace: string | undefined): string {
  const scope = namespace === undefined ? [] : ['--namespace', namespace];
  const { status, stdout, stderr, error } = spawnSync(
    'kubectl',
    ['get', 'services.serving.knative.dev', name, ...scope, '--output', 'jsonpath={.status.url}'],
    { encoding: 'utf8' },
  );
  if (error !== undefined) throw new UsageError(`kubectl: ${error.message}; install kubectl, or give a URL`);
  if (status !== 0) throw new UsageError(`function ${name}: ${stderr.trim()}`);
  if (stdout === '')
    throw new UsageError(`function ${name}: has no URL yet; see kubectl describe lambdafunction ${name}`);
  return stdout;
}
