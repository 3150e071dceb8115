import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  type IntentDecision,
  type IntentEvent,
  IntentRouter,
  parseIntentTable,
  type RuleMatch,
} from '../operator/intents/index.ts';
import { parseOptions } from './options.ts';
import { UsageError } from './usage-error.ts';

const [configMap, document] = ['knative-lambda-intents', 'routes.yaml'] as const;

export const routeHelp = `usage: knative-lambda route TABLE [options]

Says where an event would go by a table of intents, and why. Sends nothing, and asks no classifier. The exit code is 1 for
an event that goes nowhere.

  TABLE              file with the table, or cluster for that of the current kubectl context
  --text TEXT        what somebody says
  --event FILE       event in JSON format, instead of --text; - reads stdin
  --type TYPE        type of the event, io.homelab.chat.message unless given
  --source SOURCE    source of the event, knative-lambda/route unless given
  --subject SUBJECT  subject of the event
  --namespace NAME   namespace of the platform, with cluster
  --json             print JSON
  --help             this text
`;

const options = {
  text: { type: 'string' },
  event: { type: 'string' },
  type: { type: 'string', default: 'io.homelab.chat.message' },
  source: { type: 'string', default: 'knative-lambda/route' },
  subject: { type: 'string' },
  namespace: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** @returns exit code: 1 for an event that goes nowhere */
export async function route(typed: readonly string[]): Promise<number> {
  const { values, subject: table } = parseOptions(typed, { options, subject: 'table' });
  const router = new IntentRouter(readTable(table, values.namespace));
  const event = readEvent(values);
  const decision = await router.decide(event, undefined);
  const matches = [...router.matches(event)];
  process.stdout.write(
    values.json ? `${JSON.stringify({ decision, matches }, null, 2)}\n` : `${describe(decision, matches).join('\n')}\n`,
  );
  return decision.kind === 'routed' ? 0 : 1;
}

function readTable(table: string, namespace: string | undefined) {
  const text = table === 'cluster' ? clusterTable(namespace) : readText(table, 'table');
  try {
    return parseIntentTable(text, table);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function clusterTable(namespace: string | undefined): string {
  const scope = namespace === undefined ? [] : ['--namespace', namespace];
  const path = `jsonpath={.data.${document.replaceAll('.', String.raw`\.`)}}`;
  const args = ['get', 'configmap', configMap, ...scope, '--output', path];
  const { error, status, stderr, stdout } = spawnSync('kubectl', args, { encoding: 'utf8' });
  if (error !== undefined) throw new UsageError(`kubectl: ${error.message}; install kubectl, or give a file`);
  if (status !== 0) throw new UsageError(`table: ${stderr.trim()}; --namespace says where the platform is`);
  if (stdout === '') throw new UsageError(`table: ConfigMap ${configMap} has no ${document}; add it`);
  return stdout;
}

interface EventOptions {
  readonly text?: string | undefined;
  readonly event?: string | undefined;
  readonly type: string;
  readonly source: string;
  readonly subject?: string | undefined;
}

function readEvent({ event, source, subject, text, type }: EventOptions): IntentEvent {
  if ((event === undefined) === (text === undefined)) {
    throw new UsageError('event: allowed either --text or --event; --help lists the options');
  }
  if (event === undefined)
    return { attributes: { type, source, ...(subject === undefined ? {} : { subject }) }, data: text };
  const { data, ...attributes } = parseEvent(readText(event === '-' ? '/dev/stdin' : event, 'event'), event);
  const texts = Object.entries(attributes).map(([name, value]) => [name, String(value)] as const);
  return { attributes: Object.fromEntries(texts), data };
}

function parseEvent(text: string, place: string): Readonly<Record<string, unknown>> {
  try {
    const event: unknown = JSON.parse(text);
    if (typeof event === 'object' && event !== null && !Array.isArray(event)) return { ...event };
  } catch (error) {
    throw new UsageError(`event: ${place} is no JSON; correct it`, { cause: error });
  }
  throw new UsageError(`event: ${place} is no JSON object; correct it`);
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${what}: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}

function describe(decision: IntentDecision, matches: readonly RuleMatch[]): readonly string[] {
  const { reason } = decision;
  const goes =
    decision.kind === 'routed'
      ? `${decision.name} -> ${decision.intent.target.kind} ${decision.intent.target.namespace}/${decision.intent.target.name}`
      : 'goes nowhere';
  const others = matches.slice(reason.kind === 'rule' ? 1 : 0);
  return [
    goes,
    `because ${because(decision)}`,
    ...others.map((match) => `also ${match.intent}: ${describeMatch(match)}`),
  ];
}

function because({ reason }: IntentDecision): string {
  switch (reason.kind) {
    case 'rule':
      return describeMatch(reason.match);
    case 'classifier':
      return `the classifier is sure to ${reason.confidence}`;
    case 'fallback':
      return `${reason.because}: the fallback`;
    case 'none':
      return reason.because;
  }
}

function describeMatch({ attributes, keywords, patterns, priority, rule }: RuleMatch): string {
  const found = [
    ...attributes.map((name) => `attribute ${name}`),
    ...keywords.map((word) => `keyword "${word}"`),
    ...patterns.map((pattern) => `pattern /${pattern}/`),
  ];
  return `rule ${rule} (priority ${priority}) holds: ${found.join(', ')}`;
}
