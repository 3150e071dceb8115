import { z } from 'zod';

/** What AWS refuses in documents of ours and no client of AWS sees: one line for each fault. */

/** Ages and counts are judged below, with what they mean; the schema knows names and kinds. */
const repositoryRule = z.strictObject({
  rulePriority: z.number(),
  description: z.string().optional(),
  selection: z.strictObject({
    tagStatus: z.enum(['tagged', 'untagged', 'any']),
    tagPrefixList: z.array(z.string()).optional(),
    tagPatternList: z.array(z.string()).optional(),
    countType: z.enum(['sinceImagePushed', 'imageCountMoreThan']),
    countUnit: z.string().optional(),
    countNumber: z.number(),
  }),
  action: z.strictObject({ type: z.literal('expire') }),
});

const repositoryLifecycle = z.strictObject({ rules: z.array(repositoryRule) });

type RepositoryRule = z.output<typeof repositoryRule>;

/** Faults of a value: those of its form, or where it has none those that `check` finds. */
export function faultsOfForm<T>(
  schema: z.ZodType<T>,
  value: unknown,
  check: (parsed: T) => readonly string[],
): readonly string[] {
  const { success, data, error } = schema.safeParse(value);
  return success ? check(data) : error.issues.map(({ path, message }) => `${path.join('.') || 'document'}: ${message}`);
}

function selectionFaults({ selection }: RepositoryRule): readonly string[] {
  const { tagStatus, tagPrefixList, tagPatternList, countType, countUnit, countNumber } = selection;
  const selectors = [tagPrefixList, tagPatternList].flatMap((list) => (list?.length ? [list] : [])).length;
  const wanted = Number(tagStatus === 'tagged');
  const unit = countType === 'sinceImagePushed' ? 'days' : undefined;
  return [
    selectors === wanted ? '' : `${tagStatus}: got ${selectors} lists of prefixes or patterns, allowed ${wanted}`,
    countUnit === unit ? '' : `countUnit: got ${countUnit ?? 'none'}, allowed ${unit ?? 'none'} with ${countType}`,
    Number.isInteger(countNumber) && countNumber > 0 ? '' : `countNumber: got ${countNumber}, allowed 1 or more`,
  ];
}

/**
 * Combinations of the rules of a repository's lifecycle policy.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 */
export function repositoryLifecycleFaults(document: unknown): readonly string[] {
  return faultsOfForm(repositoryLifecycle, document, ({ rules }) => ruleFaults(rules));
}

function ruleFaults(rules: readonly RepositoryRule[]): readonly string[] {
  const priorities = rules.map(({ rulePriority }) => rulePriority);
  const last = Math.max(...priorities);
  const status = (name: string): readonly RepositoryRule[] =>
    rules.filter(({ selection }) => selection.tagStatus === name);
  return [
    rules.length > 0 ? '' : 'rules: got none, allowed 1 or more',
    new Set(priorities).size === priorities.length
      ? ''
      : `rulePriority: got ${priorities.join(', ')}, allowed each once`,
    priorities.every((one) => Number.isInteger(one) && one > 0) ? '' : 'rulePriority: allowed 1 or more',
    ...['untagged', 'any'].map((name) =>
      status(name).length <= 1 ? '' : `${name}: got ${status(name).length} rules, allowed one`,
    ),
    status('any').every(({ rulePriority }) => rulePriority === last) ? '' : 'any: allowed only as the last rule',
    ...rules.flatMap(selectionFaults),
  ].filter((fault) => fault !== '');
}

const age = z.looseObject({ days: z.unknown().optional(), date: z.unknown().optional() });
const storageClass = z.enum([
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'GLACIER_IR',
  'DEEP_ARCHIVE',
]);
const transitions = z.array(z.looseObject({ days: z.number().optional(), storageClass }));

const objectRule = z.strictObject({
  id: z.string().min(1).max(255),
  status: z.enum(['Enabled', 'Disabled']),
  filter: z.looseObject({}),
  expiration: age.optional(),
  transitions: transitions.optional(),
  noncurrentVersionExpiration: z.looseObject({}).optional(),
  noncurrentVersionTransitions: z.array(z.looseObject({ storageClass })).optional(),
  abortIncompleteMultipartUpload: z.looseObject({}).optional(),
});

type ObjectRule = z.output<typeof objectRule>;

const leastDays = new Map([
  ['STANDARD_IA', 30],
  ['ONEZONE_IA', 30],
]);

const isAge = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && value > 0;
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function ageFaults(action: string, value: unknown): readonly string[] {
  if (!isObject(value)) return [];
  const entries = Object.entries(value);
  const ages = entries.filter(([name]) => /days/i.test(name));
  const both = ages.length > 0 && 'date' in value;
  return [
    ...ages
      .filter(([, days]) => !isAge(days))
      .map(([name, days]) => `${action}.${name}: got ${String(days)}, allowed 1 or more`),
    ...(both ? [`${action}: got days and a date, allowed one of them`] : []),
  ];
}

function transitionFaults({ transitions: moves = [], expiration }: ObjectRule): readonly string[] {
  const end = expiration?.days;
  return moves.flatMap(({ days = 0, storageClass: to }) => {
    const least = leastDays.get(to) ?? 0;
    return [
      ...(days < least ? [`transitions.days: got ${days}, allowed ${least} or more for ${to}`] : []),
      ...(typeof end === 'number' && days >= end
        ? [`transitions.days: got ${days}, allowed less than the ${end} of the expiration`]
        : []),
    ];
  });
}

/**
 * Content of the rules of a bucket's lifecycle, in the names of @pulumi/aws.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
export function bucketLifecycleFaults(rules: unknown): readonly string[] {
  return faultsOfForm(z.array(objectRule), rules, objectRuleFaults);
}

function objectRuleFaults(rules: readonly ObjectRule[]): readonly string[] {
  const ids = rules.map(({ id }) => id);
  if (rules.length === 0) return ['rules: got none, allowed 1 or more'];
  if (new Set(ids).size < ids.length) return [`id: got ${ids.join(', ')}, allowed each once`];
  return rules.flatMap((rule) => {
    const { expiration, noncurrentVersionExpiration, abortIncompleteMultipartUpload } = rule;
    const ages = { expiration, noncurrentVersionExpiration, abortIncompleteMultipartUpload };
    const actions = [...Object.values(ages), rule.transitions, rule.noncurrentVersionTransitions];
    const faults = [
      ...(actions.some((action) => action !== undefined) ? [] : ['got no action, allowed 1 or more']),
      ...Object.entries(ages).flatMap(([name, value]) => ageFaults(name, value)),
      ...transitionFaults(rule),
    ];
    return faults.map((fault) => `rule ${rule.id}: ${fault}`);
  });
}

/** Most characters of a document, white space not counted; for a role, of one policy of ours. */
const longest = { managed: 6144, inline: 10_240, trust: 2048, bucket: 20_480 } as const;

export function lengthFaults(kind: keyof typeof longest, text: string): readonly string[] {
  const length = text.replaceAll(/\s/g, '').length;
  return length <= longest[kind] ? [] : [`${kind} policy: got ${length} characters, allowed ${longest[kind]}`];
}

const reserved = /^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function bucketNameFaults(name: string): readonly string[] {
  const isWellFormed = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
  const isAddress = /^(?:\d+\.){3}\d+$/.test(name);
  return isWellFormed && !isAddress && !reserved.test(name)
    ? []
    : [
        `bucket: got "${name}", allowed 3 to 63 small letters, digits, dots and hyphens, no IP address, no prefix or suffix that AWS keeps`,
      ];
}
