import { a2aVersion } from './agent-card.ts';
import { a2aCodes, parseSendMessage, toAgentData, toMessage } from './a2a-message.ts';
import type { CallOut, CallTarget } from './call.ts';
import { answerRpc, type RpcAnswer, type RpcCall, RpcFault, rpcCodes } from './json-rpc.ts';

export interface A2aRequest {
  readonly agent: CallTarget;
  /** Header `A2A-Version`; empty where there is none, which means 0.3 (A2A 1.0, §3.6). */
  readonly version: string;
  /** The body, as JSON. */
  readonly message: unknown;
}

export interface A2aProps {
  readonly call: CallOut;
  readonly newId: () => string;
}

/** Answers a request to an agent by the JSON-RPC binding of A2A 1.0 (§9). A message is answered with a message: there are no tasks. */
export function answerA2a(request: A2aRequest, props: A2aProps): Promise<RpcAnswer> {
  return answerRpc(request.message, async (call) => {
    if (!/^1\.0(?:\.[0-9]{1,4})?$/.test(request.version)) {
      throw new RpcFault(a2aCodes.versionNotSupported, `A2A-Version: allowed ${a2aVersion}; an absent one means 0.3`);
    }
    return resultOf(call, request.agent, props);
  });
}

async function resultOf({ method, params }: RpcCall, agent: CallTarget, props: A2aProps): Promise<unknown> {
  switch (method) {
    case 'SendMessage':
      return { message: await send(params, agent, props) };
    case 'ListTasks':
      return { tasks: [], nextPageToken: '', pageSize: 0, totalSize: 0 };
    default:
      throw refusedMethods.get(method)?.() ?? new RpcFault(rpcCodes.methodNotFound, 'no method of A2A 1.0');
  }
}

const noTasks = () => new RpcFault(a2aCodes.taskNotFound, 'there are no tasks: an agent answers at once');
const noPush = () => new RpcFault(a2aCodes.pushNotificationNotSupported, 'nothing is pushed, as the card says');
const notServed = () => new RpcFault(a2aCodes.unsupportedOperation, 'it is not served, as the card says');

/** Methods of A2A 1.0 that a caller may know, and why none of them has a result. */
const refusedMethods: ReadonlyMap<string, () => RpcFault> = new Map([
  ['GetTask', noTasks],
  ['CancelTask', noTasks],
  ['SubscribeToTask', noTasks],
  ['SendStreamingMessage', notServed],
  ['GetExtendedAgentCard', notServed],
  ['CreateTaskPushNotificationConfig', noPush],
  ['GetTaskPushNotificationConfig', noPush],
  ['ListTaskPushNotificationConfigs', noPush],
  ['DeleteTaskPushNotificationConfig', noPush],
]);

async function send(params: unknown, target: CallTarget, { call, newId }: A2aProps) {
  const message = parseSendMessage(params);
  const contextId = message.contextId === '' ? newId() : message.contextId;
  const answer = await call({ target, id: message.messageId, data: toAgentData(message, contextId) });
  if (answer.kind === 'failed') throw new RpcFault(rpcCodes.internalError, `agent ${target.name}: ${answer.message}`);
  return toMessage(answer.content, { messageId: newId(), contextId });
}
