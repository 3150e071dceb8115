import { createInterface } from 'node:readline/promises';
import { z } from 'zod';
import { parseWords } from './options.ts';
import { type ReceiverClient, readToken, receiverClient } from './receiver-client.ts';
import { renderLetters } from './letter-table.ts';
import { parseTime } from './time-option.ts';
import { UsageError } from './usage-error.ts';

export const dlqHelp = `usage: knative-lambda dlq VERB [KEY] [options]

Looks after dead letters: events that had no effect and will not come again by themselves.

  list                list letters, the oldest first
  show KEY            print a letter with its event
  replay [KEY]        send events again, those of one function in order, each event once
  purge [KEY]         remove letters for good

Which letters; KEY is one of list, the others narrow what is left:
  --namespace NAME    namespace of the functions, default unless given
  --function NAME     function that it was for
  --type TYPE         type of the event
  --reason REASON     why it is dead, such as undeliverable
  --since TIME        died then or later: 2026-01-31T12:00:00Z, or 90m, 2h, 7d ago
  --until TIME        died before

How:
  --limit N           letters at most; 100 for list, all for the others
  --rate N            events in a second at most, 100 unless given
  --dry-run           say what would be done
  --yes               purge without a question
  --output FORMAT     text or json
  --receiver URL      http://localhost:8080 unless given or in KNATIVE_LAMBDA_RECEIVER; in another terminal:
                      kubectl -n CONTROL port-forward service/knative-lambda-builder 8080
  --account NAME      ServiceAccount of the namespace to act as; KNATIVE_LAMBDA_TOKEN holds a token instead
  --help              this text

Progress is on stderr. The exit code is 1 for what is refused, 2 where events were not taken and wait.
`;

const options = {
  namespace: { type: 'string', default: 'default' },
  function: { type: 'string' },
  type: { type: 'string' },
  reason: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  limit: { type: 'string' },
  rate: { type: 'string', default: '100' },
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  output: { type: 'string', default: 'text' },
  receiver: { type: 'string' },
  account: { type: 'string' },
} as const;

interface Asked {
  readonly client: ReceiverClient;
  readonly key: string | undefined;
  /** What letters are asked for by, without what was left out. */
  readonly query: Readonly<Record<string, string>>;
  readonly limit: number | undefined;
  readonly rate: number;
  readonly isDryRun: boolean;
  readonly isAgreed: boolean;
  readonly isJson: boolean;
  readonly now: Date;
}

const verbs = { list, show, replay, purge } as const;
const isVerb = (name: string): name is keyof typeof verbs => Object.hasOwn(verbs, name);

/** @returns exit code */
export async function dlq(typed: readonly string[]): Promise<number> {
  const { positionals, values } = parseWords(typed, options);
  const [verb = '', key, ...others] = positionals;
  if (!isVerb(verb)) {
    throw new UsageError(`dlq: got ${verb || 'none'}, allowed ${Object.keys(verbs).join(', ')}; --help says more`);
  }
  if (others.length > 0) throw new UsageError(`dlq ${verb}: got ${others.join(' ')} beside ${key}, allowed one key`);
  const { namespace, output, receiver } = values;
  if (output !== 'text' && output !== 'json') throw new UsageError(`output: got ${output}, allowed text, json`);
  const now = new Date();
  const { KNATIVE_LAMBDA_RECEIVER: usual } = process.env;
  const query = {
    namespace,
    function: values.function,
    type: values.type,
    reason: values.reason,
    since: parseTime('since', values.since, now),
    until: parseTime('until', values.until, now),
  };
  return verbs[verb]({
    client: receiverClient({
      url: receiver ?? (usual || 'http://localhost:8080'),
      token: readToken(values.account, namespace),
    }),
    key,
    query: Object.fromEntries(Object.entries(query).filter((one): one is [string, string] => one[1] !== undefined)),
    limit: values.limit === undefined ? undefined : parseCount('limit', values.limit),
    rate: parseCount('rate', values.rate),
    isDryRun: values['dry-run'],
    isAgreed: values.yes,
    isJson: output === 'json',
    now,
  });
}

function parseCount(name: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new UsageError(`${name}: got ${text}, allowed a whole number above 0`);
}

const print = (text: string): boolean => process.stdout.write(`${text}\n`);
const printJson = (value: unknown): boolean => print(JSON.stringify(value, null, 2));

const letters = z.array(z.looseObject({ key: z.string(), reason: z.string(), time: z.string() }));
const pageSchema = z.looseObject({
  items: letters,
  next: z.string().nullable(),
  total: z.number(),
  unlisted: z.number().default(0),
});

/** Letters in one answer. */
const pageSize = 1000;

async function list({ client, isJson, key, limit = 100, query }: Asked): Promise<number> {
  if (key !== undefined) throw new UsageError(`dlq list: got ${key}, allowed options only; dlq show prints one letter`);
  const items: z.output<typeof letters> = [];
  let after: string | null = '';
  let [total, unlisted] = [0, 0];
  while (after !== null && items.length < limit) {
    const size = String(Math.min(pageSize, limit - items.length));
    const more: Record<string, string> = after === '' ? {} : { after };
    const page = pageSchema.parse(await client.get('/dlq/letters', { ...query, ...more, limit: size }));
    items.push(...page.items);
    [after, total, unlisted] = [page.next, page.total, page.unlisted];
  }
  if (isJson) {
    printJson({ items, total, unlisted });
    return 0;
  }
  process.stdout.write(renderLetters(items));
  if (total > items.length) process.stderr.write(`${items.length} of ${total} letters; --limit shows more\n`);
  if (unlisted > 0)
    process.stderr.write(`up to ${unlisted} later letters are not listed; replay or purge some first\n`);
  return 0;
}

async function show({ client, key, query }: Asked): Promise<number> {
  if (key === undefined) throw new UsageError('dlq show: got no key, allowed one of dlq list');
  printJson(await client.get('/dlq/letter', { namespace: query['namespace'] ?? '', key }));
  return 0;
}

const replaySchema = z.looseObject({
  next: z.string().nullable(),
  letters: z.number(),
  total: z.number().default(0),
  replayed: z.number().default(0),
  duplicates: z.number().default(0),
  undecodable: z.number().default(0),
  failed: z.number().default(0),
  held: z.number().default(0),
});
const counted = ['replayed', 'duplicates', 'undecodable', 'failed', 'held'] as const;

/** What one request takes: long enough to be worth it, short enough for progress. */
const requestSeconds = 5;
const requestLetters = 500;

async function replay(asked: Asked): Promise<number> {
  const { client, isDryRun, isJson, key, limit = Infinity, now, rate } = asked;
  // what dies again meanwhile is not sent in a circle
  const order = { until: now.toISOString(), ...asked.query, ...(key === undefined ? {} : { key }) };
  const { total } = replaySchema.parse(await client.post('/dlq/replay', { ...order, dryRun: true }));
  const wanted = Math.min(total, limit);
  if (isDryRun) return report({ wouldReplay: wanted }, `${wanted} letters would be replayed`, isJson);
  const sums = { replayed: 0, duplicates: 0, undecodable: 0, failed: 0, held: 0 };
  let after: string | null = '';
  let seen = 0;
  while (after !== null && seen < limit) {
    const size = Math.min(requestLetters, Math.max(1, rate * requestSeconds), limit - seen);
    const more = after === '' ? {} : { after };
    const page = replaySchema.parse(await client.post('/dlq/replay', { ...order, ...more, rate, limit: size }));
    for (const name of counted) sums[name] += page[name];
    [after, seen] = [page.next, seen + page.letters];
    process.stderr.write(`${seen} of ${wanted}: ${sums.replayed} replayed, ${sums.failed + sums.held} wait\n`);
  }
  const words = counted.map((name) => `${sums[name]} ${name}`).join(', ');
  report(sums, words, isJson);
  return sums.failed + sums.held > 0 ? 2 : 0;
}

function report(value: object, words: string, isJson: boolean): number {
  if (isJson) printJson(value);
  else print(words);
  return 0;
}

const purgeSchema = z.looseObject({ purged: z.number(), left: z.number() });

async function purge(asked: Asked): Promise<number> {
  const { client, isAgreed, isDryRun, isJson, key, limit, now, query } = asked;
  // what comes after the question is not what was asked about
  const order = { until: now.toISOString(), ...query, ...(key === undefined ? {} : { key }) };
  const { left } = purgeSchema.parse(await client.post('/dlq/purge', { ...order, dryRun: true }));
  const wanted = Math.min(left, limit ?? left);
  if (isDryRun) return report({ wouldPurge: wanted }, `${wanted} letters would be purged`, isJson);
  if (wanted > 0 && !isAgreed) await agree(wanted, query['namespace'] ?? '');
  let purged = 0;
  while (purged < wanted) {
    const size = Math.min(pageSize, wanted - purged);
    const answer = purgeSchema.parse(await client.post('/dlq/purge', { ...order, limit: size }));
    purged += answer.purged;
    process.stderr.write(`${purged} of ${wanted} purged\n`);
    if (answer.purged === 0) break;
  }
  return report({ purged }, `${purged} letters purged`, isJson);
}

/** @throws UsageError when the person, or the lack of one, does not agree */
async function agree(count: number, namespace: string): Promise<void> {
  const what = `purge ${count} letters of ${namespace} for good`;
  if (!process.stdin.isTTY) throw new UsageError(`${what}: got no terminal to ask on, allowed --yes`);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = new Promise<string>((resolve) => prompt.once('close', () => resolve('')));
    const given = await Promise.race([prompt.question(`${what}: type yes to go on: `), closed]);
    if (given !== 'yes') throw new UsageError(`${what}: got ${given || 'nothing'}, allowed yes; nothing was purged`);
  } finally {
    prompt.close();
  }
}
