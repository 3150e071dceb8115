import type { z } from 'zod';
import { group } from '../api/index.ts';
import type { CloudEvent } from './cloud-event.ts';
import { readData } from './event-data.ts';
import type { CommandKind } from './event-names.ts';
import { type Fault, pointerTo } from './fault.ts';
import { Refusal } from './refusal.ts';

export interface FunctionReference {
  readonly namespace: string;
  readonly name: string;
}

type Words = Readonly<Record<string, string>>;

interface DeployCommand {
  readonly kind: 'deploy';
  readonly target: FunctionReference;
  readonly labels: Words;
  readonly annotations: Words;
  /** A schema has seen it; the API server has the last word. */
  readonly spec: Readonly<Record<string, unknown>>;
}

interface RollbackCommand {
  readonly kind: 'rollback';
  readonly target: FunctionReference;
  readonly revision: string;
  readonly reason: string;
}

interface PlainCommand {
  readonly kind: 'delete' | 'rebuild' | 'cancelBuild';
  readonly target: FunctionReference;
  readonly reason: string;
}

/** Asks for a look at the source; what is there decides whether anything is built. */
export interface Refresh {
  readonly kind: 'refresh';
  readonly target: FunctionReference;
}

/** What an event wants done to a function. */
export type Command = DeployCommand | RollbackCommand | PlainCommand;

/** What is done to a function. */
export type Instruction = Command | Refresh;

/**
 * The command of an event whose data its schema has accepted.
 * @param namespace of a function whose event names none
 * @throws Refusal when no function is named, or labels and annotations of the product are
 */
export function parseCommand(kind: CommandKind, event: CloudEvent, namespace: string): Command {
  switch (kind) {
    case 'deploy':
      return parseDeploy(event, namespace);
    case 'rollback': {
      const { revision } = read(readData.rollback, event);
      return { kind, revision, ...parseTarget(event, namespace) };
    }
    case 'delete':
    case 'rebuild':
    case 'cancelBuild':
      return { kind, ...parseTarget(event, namespace) };
  }
}

function parseDeploy(event: CloudEvent, namespace: string): DeployCommand {
  const { metadata, spec } = read(readData.deploy, event);
  const { annotations, labels, name } = metadata;
  const faults = [...reservedKeys('labels', labels), ...reservedKeys('annotations', annotations)];
  if (faults.length > 0) throw new Refusal('reserved_metadata', `keys of ${group} are the product's own`, { faults });
  return { kind: 'deploy', target: { namespace: metadata.namespace ?? namespace, name }, labels, annotations, spec };
}

/** They steer the operator, and carry what events may not decide. */
function reservedKeys(member: 'labels' | 'annotations', words: Words): readonly Fault[] {
  return Object.keys(words)
    .filter((key) => isReserved(key.split('/')[0] ?? ''))
    .map((key) => ({ pointer: pointerTo('data', 'metadata', member, key), message: 'reserved; remove it' }));
}

const isReserved = (domain: string): boolean => domain === group || domain.endsWith(`.${group}`);

function parseTarget(event: CloudEvent, namespace: string) {
  const { name, namespace: given, reason } = read(readData.target, event);
  const subject = parseSubject(event.subject ?? '');
  const target = { namespace: given ?? subject?.namespace ?? namespace, name: name ?? subject?.name };
  if (target.name === undefined) {
    throw new Refusal('schema_validation_failed', 'no function is named', {
      faults: [{ pointer: '/data/name', message: 'missing; add it, or give the event the subject <namespace>/<name>' }],
    });
  }
  return { target: { ...target, name: target.name }, reason };
}

const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const subjectPattern = new RegExp(`^(?:(?<namespace>${label})/)?(?<name>${label})$`);

/** `<namespace>/<name>` or `<name>`; undefined for any other text. */
export function parseSubject(
  subject: string,
): { readonly namespace: string | undefined; readonly name: string } | undefined {
  const { name, namespace } = subjectPattern.exec(subject)?.groups ?? {};
  return name === undefined ? undefined : { namespace, name };
}

/** The schema may have come from a ConfigMap, and allow what nothing here can read. */
function read<Schema extends z.ZodType>(schema: Schema, { data }: CloudEvent): z.output<Schema> {
  const parsed = schema.safeParse(jsonOf(data));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => ({
    pointer: pointerTo('data', ...path.map(String)),
    message,
  }));
  throw new Refusal('schema_validation_failed', 'the data cannot be read', { faults });
}

/** The data as JSON; an event without any is one that leaves every member out. */
export function jsonOf(data: CloudEvent['data']): unknown {
  switch (data.kind) {
    case 'none':
      return {};
    case 'json':
      return data.value;
    case 'bytes':
      throw new Refusal('unsupported_media_type', 'the data are no JSON; send application/json');
  }
}
