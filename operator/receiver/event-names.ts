import { uploadEventType } from '../api/index.ts';

const prefix = 'io.knative.lambda';

/** What a command does, by its type. */
export const commandTypes = {
  [`${prefix}.command.function.deploy`]: 'deploy',
  [`${prefix}.command.service.create`]: 'deploy',
  [`${prefix}.command.service.update`]: 'deploy',
  [`${prefix}.command.service.delete`]: 'delete',
  [`${prefix}.command.build.start`]: 'rebuild',
  [`${prefix}.command.build.retry`]: 'rebuild',
  [`${prefix}.command.build.cancel`]: 'cancelBuild',
  [`${prefix}.command.function.rollback`]: 'rollback',
} as const;

export type CommandKind = (typeof commandTypes)[keyof typeof commandTypes];

/** What is done to dead letters, by the type of the command. */
export const letterOrderTypes = {
  [`${prefix}.command.dlq.replay`]: 'replay',
  [`${prefix}.command.dlq.purge`]: 'purge',
} as const;

export type LetterOrderKind = (typeof letterOrderTypes)[keyof typeof letterOrderTypes];

export const invokeTypes = {
  [`${prefix}.invoke.sync`]: 'sync',
  [`${prefix}.invoke.async`]: 'async',
  [`${prefix}.invoke.scheduled`]: 'async',
} as const;

export const responseTypes = {
  [`${prefix}.response.success`]: 'success',
  [`${prefix}.response.error`]: 'error',
  [`${prefix}.response.timeout`]: 'timeout',
} as const;

/** What an event asks for, by its type alone. */
export type EventMeaning =
  | { readonly kind: 'command'; readonly command: CommandKind }
  | { readonly kind: 'letters'; readonly order: LetterOrderKind }
  | { readonly kind: 'invoke'; readonly wait: 'sync' | 'async' }
  | { readonly kind: 'response'; readonly result: 'success' | 'error' | 'timeout' }
  /** Code at a source is another now. */
  | { readonly kind: 'codeChange' }
  /** Told to whoever listens; nothing to do here. A Trigger without a filter brings these too. */
  | { readonly kind: 'notice' };

const commands = new Map<string, CommandKind>(Object.entries(commandTypes));
const letterOrders = new Map<string, LetterOrderKind>(Object.entries(letterOrderTypes));
const invokes = new Map<string, 'sync' | 'async'>(Object.entries(invokeTypes));
const responses = new Map<string, 'success' | 'error' | 'timeout'>(Object.entries(responseTypes));

export function meaningOf(type: string): EventMeaning {
  const command = commands.get(type);
  if (command !== undefined) return { kind: 'command', command };
  const order = letterOrders.get(type);
  if (order !== undefined) return { kind: 'letters', order };
  const wait = invokes.get(type);
  if (wait !== undefined) return { kind: 'invoke', wait };
  if (type === uploadEventType) return { kind: 'codeChange' };
  const result = responses.get(type);
  return result === undefined ? { kind: 'notice' } : { kind: 'response', result };
}

/** Old names of types, with or without the prefix of the old exchange. */
export const legacyTypes = new Map([
  ['build.start', `${prefix}.command.build.start`],
  ['service.delete', `${prefix}.command.service.delete`],
  ['parser.start', `${prefix}.invoke.async`],
  ['parser.started', `${prefix}.invoke.async`],
  ['parser.completed', `${prefix}.response.success`],
  ['parser.failed', `${prefix}.response.error`],
  ['build.started', `${prefix}.lifecycle.build.started`],
  ['build.complete', `${prefix}.lifecycle.build.completed`],
  ['build.completed', `${prefix}.lifecycle.build.completed`],
  ['build.failed', `${prefix}.lifecycle.build.failed`],
  ['build.timeout', `${prefix}.lifecycle.build.timeout`],
  ['build.cancelled', `${prefix}.lifecycle.build.cancelled`],
  ['build.stopped', `${prefix}.lifecycle.build.cancelled`],
  ['service.created', `${prefix}.lifecycle.service.created`],
  ['service.updated', `${prefix}.lifecycle.service.updated`],
  ['service.deleted', `${prefix}.lifecycle.service.deleted`],
  ['status.updated', `${prefix}.lifecycle.function.updated`],
  ['health.check', `${prefix}.notification.alert.info`],
]);

const legacyName = /^(?:network\.notifi\.)?lambda\.(?<name>[a-z.]+)$/;
const legacyFunction = /^function\.[a-z]+$/;

/** The type that an old name stands for; any other stays as it is. */
export function currentType(type: string): string {
  const name = legacyName.exec(type)?.groups?.['name'] ?? '';
  if (legacyFunction.test(name)) return `${prefix}.lifecycle.${name}`;
  return legacyTypes.get(name) ?? type;
}

/** A type as a label of metrics: what nobody knows would be a series each. */
export const typeLabel = (type: string): string => (meaningOf(type).kind === 'notice' ? 'other' : type);
