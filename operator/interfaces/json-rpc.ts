import { z } from 'zod';
import { isRecord } from './call.ts';

/** Codes of JSON-RPC 2.0, §5.1. */
export const rpcCodes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internalError: -32_603,
} as const;

export type RpcParams = Readonly<Record<string, unknown>>;

/** A call that has an answer. */
export interface RpcCall {
  readonly id: string | number;
  readonly method: string;
  readonly params: RpcParams;
}

type RpcMessage =
  | { readonly kind: 'call'; readonly call: RpcCall }
  | { readonly kind: 'notification' }
  | { readonly kind: 'invalid'; readonly id: string | number | null; readonly fault: RpcFault };

/** What HTTP answers; a notification has no body. */
export interface RpcAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

export interface RpcFaultOptions {
  /** Default 200: what is wrong is said in the body. */
  readonly status?: number;
  readonly data?: unknown;
}

/** Thrown where a call ends with an error. Its message and data go to the caller. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault';
  readonly code: number;
  readonly status: number;
  readonly data: unknown;

  constructor(code: number, message: string, { status = 200, data }: RpcFaultOptions = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.data = data;
  }
}

const rpcId = z.union([z.string().max(256), z.int()]);

/**
 * The answer to one message of JSON-RPC 2.0, which is a call or a notification; a batch is refused, as both protocols do.
 * @param answer rejects with an RpcFault for what the caller did wrong; any other error is thrown on
 */
export async function answerRpc(value: unknown, answer: (call: RpcCall) => Promise<unknown>): Promise<RpcAnswer> {
  const message = parseMessage(value);
  switch (message.kind) {
    case 'notification':
      return { status: 202, body: undefined };
    case 'invalid':
      return faultAnswer(message.id, message.fault);
    case 'call':
      return answerCall(message.call, answer);
  }
}

/** Of a message that nobody could read. */
export const unreadableAnswer = (): RpcAnswer =>
  faultAnswer(null, new RpcFault(rpcCodes.parseError, 'the body is no JSON in UTF-8 of few levels', { status: 400 }));

async function answerCall(call: RpcCall, answer: (call: RpcCall) => Promise<unknown>): Promise<RpcAnswer> {
  try {
    return { status: 200, body: { jsonrpc: '2.0', id: call.id, result: await answer(call) } };
  } catch (error) {
    if (error instanceof RpcFault) return faultAnswer(call.id, error);
    throw error;
  }
}

function faultAnswer(id: string | number | null, { code, data, message, status }: RpcFault): RpcAnswer {
  const error = { code, message, ...(data === undefined ? {} : { data }) };
  return { status, body: { jsonrpc: '2.0', id, error } };
}

function parseMessage(value: unknown): RpcMessage {
  if (!isRecord(value)) return invalid(null, 'one JSON object is needed, and no batch');
  const { id, jsonrpc, method, params = {} } = value;
  const known = rpcId.safeParse(id);
  const of = known.success ? known.data : null;
  if (jsonrpc !== '2.0') return invalid(of, 'jsonrpc: allowed "2.0"');
  if (typeof method !== 'string' || method === '') return invalid(of, 'method: needed the name of one');
  if (id === undefined) return { kind: 'notification' };
  if (!known.success) return invalid(null, 'id: allowed text of up to 256 characters, or a whole number');
  if (isRecord(params)) return { kind: 'call', call: { id: known.data, method, params } };
  return { kind: 'invalid', id: of, fault: new RpcFault(rpcCodes.invalidParams, 'params: needed an object') };
}

const invalid = (id: string | number | null, message: string): RpcMessage => ({
  kind: 'invalid',
  id,
  fault: new RpcFault(rpcCodes.invalidRequest, message, { status: 400 }),
});
