import { z } from 'zod';
import { faultsOfForm } from './document-faults.ts';

/** What a policy is attached to; each kind has rules of its own. */
export type PolicyKind = 'identity' | 'trust' | 'bucket' | 'queue';

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]);
const principal = z.union([z.literal('*'), z.record(z.string(), texts)]);
const condition = z.record(z.string(), z.record(z.string(), texts));

const statementSchema = z.strictObject({
  Sid: z
    .string()
    .regex(/^[A-Za-z0-9]*$/, 'letters and digits')
    .default(''),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Action: texts.optional(),
  NotAction: texts.optional(),
  Resource: texts.optional(),
  NotResource: texts.optional(),
  Condition: condition.default({}),
});

const policySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.array(statementSchema).min(1),
});

type PolicyStatement = z.output<typeof statementSchema>;

/** Services whose actions a policy of ours may name. */
const services: readonly string[] = ['ecr', 's3', 'secretsmanager', 'sqs', 'sts'];

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operator =
  /^(For(All|Any)Values?:)?((String(Equals|NotEquals|EqualsIgnoreCase|NotEqualsIgnoreCase|Like|NotLike)|Numeric(Equals|NotEquals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)|Date(Equals|NotEquals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)|Bool|BinaryEquals|(Not)?IpAddress|Arn(Equals|NotEquals|Like|NotLike))(IfExists)?|Null)$/;

const principalKeys: readonly string[] = ['AWS', 'Federated', 'Service', 'CanonicalUser'];

/** Bucket names are unique in the world, so the ARN of a bucket has neither region nor account. */
const arn = /^arn:(aws|aws-cn|aws-us-gov):([a-z0-9-]+):([a-z0-9-]*):([0-9]{12}|aws)?:.+$/;

function resourceFault(resource: string): readonly string[] {
  if (resource === '*') return [];
  const [, , service, region] = arn.exec(resource) ?? [];
  if (service === undefined) return [`Resource: got ${resource}, allowed an ARN`];
  return service === 's3' && region !== '' ? [`Resource: got ${resource}, allowed an ARN of S3 without a region`] : [];
}

function actionFault(kind: PolicyKind, action: string): readonly string[] {
  const [service = '', name = ''] = action.split(':');
  const known = name !== '' && services.includes(service);
  const expected = { identity: services, trust: ['sts'], bucket: ['s3'], queue: ['sqs'] }[kind];
  if (!known) return [`Action: got ${action}, allowed a service of ${services.join(', ')} and an action`];
  if (!expected.includes(service)) return [`Action: got ${action}, allowed actions of ${expected.join(', ')}`];
  return kind === 'trust' && !name.startsWith('AssumeRole') ? [`Action: got ${action}, allowed sts:AssumeRole…`] : [];
}

function principalFaults(kind: PolicyKind, { Principal }: PolicyStatement): readonly string[] {
  if (kind === 'identity')
    return Principal === undefined ? [] : ['Principal: got one, allowed none in a policy of a role'];
  if (Principal === undefined) return [`Principal: got none, allowed one in a ${kind} policy`];
  const keys = Principal === '*' ? [] : Object.keys(Principal);
  return keys
    .filter((key) => !principalKeys.includes(key))
    .map((key) => `Principal: got ${key}, allowed ${principalKeys.join(', ')}`);
}

function elementFaults(
  kind: PolicyKind,
  { Action, NotAction, Resource, NotResource }: PolicyStatement,
): readonly string[] {
  const isTrust = kind === 'trust';
  const resources = [Resource, NotResource].filter((one) => one !== undefined).length;
  const actions = [Action, NotAction].filter((one) => one !== undefined).length;
  return [
    ...(actions === 1 ? [] : [`Action: got ${actions} of Action and NotAction, allowed one of them`]),
    ...(resources === Number(!isTrust)
      ? []
      : [
          `Resource: got ${resources} of Resource and NotResource, allowed ${isTrust ? 'none in a trust policy' : 'one of them'}`,
        ]),
  ];
}

function statementFaults(kind: PolicyKind, statement: PolicyStatement): readonly string[] {
  const { Sid, Action = [], Resource = [], Condition } = statement;
  const faults = [
    ...principalFaults(kind, statement),
    ...elementFaults(kind, statement),
    ...Action.flatMap((action) => actionFault(kind, action)),
    ...Resource.flatMap(resourceFault),
    ...Object.keys(Condition)
      .filter((name) => !operator.test(name))
      .map((name) => `Condition: got operator ${name}, allowed one that IAM knows`),
  ];
  return faults.map((fault) => `statement ${Sid}: ${fault}`);
}

function sidFaults(sids: readonly string[]): readonly string[] {
  const named = sids.filter((sid) => sid !== '');
  return new Set(named).size === named.length ? [] : [`Sid: got ${named.join(', ')}, allowed each once`];
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * What IAM refuses in a policy, and what no policy of ours has: one line for each fault.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function policyFaults(kind: PolicyKind, text: string): readonly string[] {
  return faultsOfForm(policySchema, parseJson(text), ({ Statement }) => [
    ...sidFaults(Statement.map(({ Sid }) => Sid)),
    ...Statement.flatMap((statement) => statementFaults(kind, statement)),
  ]);
}
