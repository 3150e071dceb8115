import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from '../configuration-error.ts';
import { patternFault } from './pattern-set.ts';
import { wordsOf } from './words.ts';

const dnsLabel = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a name of lower-case letters, digits and hyphens');

/** It travels as an attribute of the event. */
const intentName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces');

const attributeName = z.string().regex(/^[a-z0-9]{1,20}$/, 'a name of a CloudEvents attribute');

const eventType = z
  .string()
  .max(256)
  .regex(/^[A-Za-z0-9._/-]+$/, 'a CloudEvents type without wildcards');

const target = z.strictObject({
  kind: z.enum(['agent', 'function']),
  namespace: dnsLabel,
  name: dnsLabel,
});

const intent = z.strictObject({
  target,
  /** Type under which the target gets the event; by default an agent gets that of the event, a function that of a call. */
  eventType: eventType.optional(),
  /** Namespaces whose Brokers may send here, `*` for all; by default that of the target. */
  from: z.array(z.union([dnsLabel, z.literal('*')])).optional(),
});

const confidence = z.number().min(0).max(1);

const keyword = z
  .string()
  .max(256)
  .refine((text) => wordsOf(text).length > 0, 'a word or several');

const pattern = z.string().superRefine((text, context) => {
  const fault = patternFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

const rule = z
  .strictObject({
    name: z.string().min(1).max(128),
    intent: intentName,
    /** The largest wins; among equals the first name does. */
    priority: z.int().min(-1000).max(1000).default(0),
    /** All have to be so; a `*` at the end stands for any rest. */
    attributes: z.record(attributeName, z.string().min(1).max(1024)).default({}),
    /** Words of which the text has one; several in one keyword follow each other. */
    keywords: z.array(keyword).max(64).default([]),
    /** Of RE2, of which one is in the text; upper and lower case are the same. */
    patterns: z.array(pattern).max(16).default([]),
  })
  .refine(
    ({ attributes, keywords, patterns }) => Object.keys(attributes).length + keywords.length + patterns.length > 0,
    'at least one of attributes, keywords and patterns',
  );

const classifier = z.strictObject({
  /** A Service of the cluster: the text of people goes there. */
  endpoint: z
    .url({ protocol: /^https?$/, error: 'an http or https address' })
    .refine((text) => /\.svc(\.cluster\.local)?$/.test(hostOf(text)), 'a Service of the cluster by its full name'),
  /** Least confidence that counts. */
  threshold: confidence.default(0.7),
  timeoutMilliseconds: z.int().min(10).max(10_000).default(2000),
});

const hostOf = (text: string): string => (URL.canParse(text) ? new URL(text).hostname : '');

/** Rules and patterns in one table. */
const [mostRules, mostPatterns] = [1000, 1000] as const;

const schema = z
  .strictObject({
    /** Where the text is in JSON data, the first that is there; data that are text need none. */
    text: z
      .array(z.string().regex(/^(\/[^/]*)+$/, 'a JSON pointer'))
      .max(16)
      .default(['/text', '/message', '/prompt', '/query', '/content']),
    /** Types that are routed when a Broker brings them; what is sent to /intents is routed whatever its type. */
    eventTypes: z.array(eventType).max(256).default([]),
    intents: z.record(intentName, intent),
    rules: z.array(rule).max(mostRules).default([]),
    classifier: classifier.optional(),
    /** Intent of what nothing else matches. */
    fallback: intentName.optional(),
    /** Times that an event and what it leads to may be routed. */
    maxHops: z.int().min(1).max(64).default(8),
  })
  .superRefine(({ fallback, intents, rules }, context) => {
    const unknown = (name: string): boolean => !Object.hasOwn(intents, name);
    const fault = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const seen = new Set<string>();
    for (const [index, { intent: name, name: ruleName }] of rules.entries()) {
      if (unknown(name)) fault(['rules', index, 'intent'], 'a name under intents');
      if (seen.has(ruleName)) fault(['rules', index, 'name'], 'a name that no other rule has');
      seen.add(ruleName);
    }
    if (fallback !== undefined && unknown(fallback)) fault(['fallback'], 'a name under intents');
    const patterns = rules.reduce((sum, one) => sum + one.patterns.length, 0);
    if (patterns > mostPatterns) fault(['rules'], `${mostPatterns} patterns together`);
  });

/** Which intent an event has, and who serves it. */
export type IntentTable = z.output<typeof schema>;
export type Intent = IntentTable['intents'][string];
export type IntentRule = IntentTable['rules'][number];
export type IntentTarget = Intent['target'];

/**
 * Reads a table in YAML or JSON.
 * @param place for the messages, such as the name of a file
 * @throws ConfigurationError with one line for each fault
 */
export function parseIntentTable(text: string, place: string): IntentTable {
  const { data, error, success } = schema.safeParse(readYaml(text, place));
  if (success) return data;
  throw new ConfigurationError(
    error.issues.map(({ message, path }) => `${place}: ${path.join('.') || 'table'}: allowed ${message}; change it`),
  );
}

function readYaml(text: string, place: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 0 });
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new ConfigurationError([`${place}: no YAML: ${line}; correct it`]);
  }
}
