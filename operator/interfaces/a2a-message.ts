import { z } from 'zod';
import { type Content, isRecord } from './call.ts';
import { RpcFault, rpcCodes } from './json-rpc.ts';

/** Codes of A2A 1.0, §5.4. */
export const a2aCodes = {
  taskNotFound: -32_001,
  pushNotificationNotSupported: -32_003,
  unsupportedOperation: -32_004,
  contentTypeNotSupported: -32_005,
  versionNotSupported: -32_009,
} as const;

/** It travels as an attribute of an event, in a log, and back. */
const identifier = z
  .string()
  .max(256)
  .regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces');

/** An absent text of protobuf is an empty one. */
const optional = z.union([z.literal(''), identifier]).default('');

const part = z.looseObject({ text: z.string().optional(), data: z.unknown().optional() });

const sentMessage = z.looseObject({
  messageId: identifier,
  contextId: optional,
  taskId: optional,
  role: z.literal('ROLE_USER'),
  parts: z.array(part).min(1).max(256),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

const sendParams = z.looseObject({
  message: sentMessage,
  configuration: z.looseObject({ taskPushNotificationConfig: z.unknown().optional() }).optional(),
});

/** A message to an agent. */
export interface SentMessage {
  readonly messageId: string;
  /** Empty where the message begins a conversation. */
  readonly contextId: string;
  readonly parts: readonly Part[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

type Part = { readonly text: string } | { readonly data: unknown };

/**
 * The parameters of SendMessage.
 * @throws RpcFault for a message that cannot be read, or that asks for what is not served
 */
export function parseSendMessage(params: unknown): SentMessage {
  const { data, error } = sendParams.safeParse(params);
  if (data === undefined) {
    const faults = error?.issues.slice(0, 20).map(({ message, path }) => `${path.join('.')}: ${message}`) ?? [];
    throw new RpcFault(rpcCodes.invalidParams, 'the message cannot be read', { data: faults });
  }
  const { configuration, message } = data;
  const { contextId, messageId, metadata = {}, taskId } = message;
  if (taskId !== '') throw new RpcFault(a2aCodes.taskNotFound, 'there are no tasks: send the message without taskId');
  if (configuration?.taskPushNotificationConfig !== undefined) {
    throw new RpcFault(a2aCodes.pushNotificationNotSupported, 'nothing is pushed: the answer comes with the call');
  }
  return { contextId, messageId, metadata, parts: message.parts.map(toPart) };
}

function toPart(given: z.output<typeof part>): Part {
  if (given.text !== undefined) return { text: given.text };
  if ('data' in given && given.data !== undefined) return { data: given.data };
  throw new RpcFault(a2aCodes.contentTypeNotSupported, 'a part is text or data, not a file or an address');
}

/** What the agent gets: the text of all parts, and the parts themselves. */
export function toAgentData({ messageId, metadata, parts }: SentMessage, contextId: string) {
  const texts = parts.flatMap((one) => ('text' in one ? [one.text] : []));
  return { text: texts.join('\n'), conversationId: contextId, messageId, parts, metadata };
}

/** What the agent says, as a message of the same conversation. */
export const toMessage = (content: Content, ids: { readonly messageId: string; readonly contextId: string }) => ({
  ...ids,
  role: 'ROLE_AGENT',
  parts: toParts(content),
});

function toParts(content: Content): readonly Readonly<Record<string, unknown>>[] {
  switch (content.kind) {
    case 'none':
      return [{ text: '' }];
    case 'text':
      return [{ text: content.text }];
    case 'bytes':
      return [{ raw: content.base64, mediaType: content.mediaType }];
    case 'json':
      return partsOf(content.value);
  }
}

/** Most agents say something in `text`, and more beside it. */
function partsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const { text, ...rest } = isRecord(value) ? value : {};
  if (typeof text !== 'string') return [{ data: value }];
  return Object.keys(rest).length === 0 ? [{ text }] : [{ text }, { data: rest }];
}
