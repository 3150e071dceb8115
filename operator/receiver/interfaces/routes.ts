import {
  answerA2a,
  answerMcp,
  buildAgentCard,
  type Call,
  type CallTarget,
  checkInput,
  parseToolName,
  type RpcAnswer,
  type ToolReading,
  unreadableAnswer,
} from '../../interfaces/index.ts';
import { refusedAnswer } from '../answer.ts';
import type { UnknownRequest } from '../authenticate.ts';
import { parseJson } from '../json-text.ts';
import { Refusal } from '../refusal.ts';
import type { Sender } from '../sender.ts';
import type { CallerRights } from './caller-rights.ts';
import type { MakeCall } from './calls.ts';
import type { ExposedObjects } from './exposed-objects.ts';
import type { EnterGate } from './gate.ts';
import type { InterfaceName } from './interface-name.ts';

/** A request by one of the protocols. */
export interface InterfaceRequest extends UnknownRequest {
  readonly correlationId: string;
  /** Of the path; undefined where it has no such part. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** Aborted once nobody waits for the answer. */
  readonly gone: AbortSignal;
}

/** What is answered; a notification has no body. */
export interface InterfaceAnswer extends RpcAnswer {
  readonly headers: Readonly<Record<string, string>>;
}

export type AnswerInterface = (request: InterfaceRequest) => Promise<InterfaceAnswer>;

/** A protocol that is off has no routes. */
export interface InterfaceRoutes {
  readonly a2a: { readonly card: AnswerInterface; readonly message: AnswerInterface } | undefined;
  readonly mcp: AnswerInterface | undefined;
}

export interface InterfaceRoutesProps {
  readonly served: readonly InterfaceName[];
  readonly enter: EnterGate;
  readonly rights: CallerRights;
  readonly objects: ExposedObjects;
  readonly call: MakeCall;
  /** Where this receiver is reached, without a path. */
  readonly url: string;
  /** Of tokens. */
  readonly audience: string;
  readonly version: string;
  /** Namespaces that are served; none means all. */
  readonly namespaces: readonly string[];
  readonly newId: () => string;
}

/** Answers those who call agents and functions by A2A and MCP: each reaches what its Kubernetes identity may. */
export function interfaceRoutes(props: InterfaceRoutesProps): InterfaceRoutes {
  const { enter, newId, objects, rights, served } = props;
  const check = checkInput();
  return {
    a2a: served.includes('a2a') ? { card: answering(card), message: answering(message) } : undefined,
    mcp: served.includes('mcp') ? answering(tools) : undefined,
  };

  async function card(request: InterfaceRequest): Promise<RpcAnswer> {
    const target = agentOf(request);
    await rights.require(await enter(request), target);
    const agent = await objects.agent(target);
    const url = `${props.url}/agents/${target.namespace}/${target.name}`;
    return { status: 200, body: buildAgentCard({ agent, url, audience: props.audience }) };
  }

  async function message(request: InterfaceRequest): Promise<RpcAnswer> {
    const agent = agentOf(request);
    const sender = await enter(request);
    await rights.require(sender, agent);
    await objects.agent(agent);
    const version = request.headers['a2a-version'];
    const call = callerOf('a2a', sender, request);
    return readable(request, (value) =>
      answerA2a({ agent, version: typeof version === 'string' ? version : '', message: value }, { call, newId }),
    );
  }

  async function tools(request: InterfaceRequest): Promise<RpcAnswer> {
    const places = placesOf(request, props.namespaces);
    const sender = await enter(request);
    return readable(request, (value) =>
      answerMcp(
        { headers: request.headers, message: value },
        {
          server: { name: 'knative-lambda', version: props.version },
          listTools: async (after) => rights.page(sender, await objects.tools(places), after),
          findTool: (name) => findTool(sender, places, name),
          checkInput: check,
          call: callerOf('mcp', sender, request),
          newId,
        },
      ),
    );
  }

  /** Who may not call a tool is not told that there is one. */
  async function findTool(sender: Sender, places: Places, name: string): Promise<ToolReading> {
    const { namespace } = parseToolName(name) ?? {};
    if (namespace === undefined || (places !== 'all' && !places.includes(namespace))) return { kind: 'none' };
    const reading = await objects.tool(name);
    if (reading.kind === 'none') return reading;
    const { target } = reading.kind === 'tool' ? reading.tool : reading;
    return (await rights.has(sender, target)) ? reading : { kind: 'none' };
  }

  function callerOf(by: InterfaceName, sender: Sender, { correlationId, gone, headers }: InterfaceRequest) {
    const { traceparent } = headers;
    const isTrace = typeof traceparent === 'string' && /^[0-9a-f-]{55}$/.test(traceparent);
    const hops = hopsOf(headers['ce-hopcount']);
    const caller = { by, sender, correlationId, gone, hops, traceParent: isTrace ? traceparent : undefined };
    return (call: Call) => props.call(caller, call);
  }
}

/** As many as the wrappers of functions allow when nobody says otherwise. */
const mostHops = 16;

/** Calls and events that led to this call. @throws Refusal where they are so many that it must be a ring */
function hopsOf(header: string | readonly string[] | undefined): number {
  const hops = typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : 0;
  if (hops < mostHops) return hops;
  throw new Refusal('too_many_hops', `ce-hopcount: got ${hops}, allowed below ${mostHops}`);
}

type Places = readonly string[] | 'all';

const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

function agentOf({ name = '', namespace = '' }: InterfaceRequest): CallTarget {
  if (label.test(name) && label.test(namespace)) return { kind: 'agent', namespace, name };
  throw new Refusal('unknown_target', 'the path names no agent');
}

function placesOf({ namespace }: InterfaceRequest, served: readonly string[]): Places {
  if (namespace === undefined) return served.length === 0 ? 'all' : served;
  const isServed = label.test(namespace) && (served.length === 0 || served.includes(namespace));
  if (isServed) return [namespace];
  throw new Refusal('unknown_target', 'the path names no namespace that is served');
}

async function readable(
  { body }: InterfaceRequest,
  answer: (value: unknown) => Promise<RpcAnswer>,
): Promise<RpcAnswer> {
  const value = jsonOf(body);
  return value === undefined ? unreadableAnswer() : answer(value);
}

function jsonOf(body: Buffer): unknown {
  try {
    return parseJson(body, '');
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** No Broker asks here, so that what is not there is 404. */
function answering(work: (request: InterfaceRequest) => Promise<RpcAnswer>): AnswerInterface {
  return async (request) => {
    try {
      return { headers: {}, ...(await work(request)) };
    } catch (error) {
      if (request.gone.aborted) return { status: 503, headers: {}, body: undefined };
      if (!(error instanceof Refusal)) throw error;
      const answer = refusedAnswer(error, request.correlationId);
      return error.reason === 'unknown_target' ? { ...answer, status: 404 } : answer;
    }
  };
}
