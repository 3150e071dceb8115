import { annotations } from '../api/index.ts';
import { type CallTarget, isRecord } from './call.ts';

/** A function or an agent that is a tool (MCP 2026-07-28, server/tools). */
export interface Tool {
  readonly target: CallTarget;
  /** Of one tool of all that a receiver serves. */
  readonly name: string;
  readonly description: string;
  readonly inputSchema: InputSchema;
}

export type InputSchema = Readonly<Record<string, unknown>>;

/** What is a tool, what is none, and what cannot be one although its author says so. */
export type ToolReading =
  | { readonly kind: 'tool'; readonly tool: Tool }
  | { readonly kind: 'none' }
  | { readonly kind: 'wrong'; readonly target: CallTarget; readonly fault: string };

const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const toolName = new RegExp(`^(?<namespace>${label})_(?<name>${label})$`);

/** Names of Kubernetes have no underscore, and models take no dot. */
export const nameOfTool = ({ name, namespace }: Omit<CallTarget, 'kind'>): string => `${namespace}_${name}`;

/** Namespace and name of what a tool stands for; undefined for the name of none. */
export function parseToolName(text: string): Omit<CallTarget, 'kind'> | undefined {
  const { name, namespace } = toolName.exec(text)?.groups ?? {};
  return name === undefined || namespace === undefined ? undefined : { namespace, name };
}

/** Whether a function or an agent is a tool, by its annotations. */
export function readTool(target: CallTarget, given: Readonly<Record<string, string>>): ToolReading {
  if (given[annotations.mcpTool] !== 'true') return { kind: 'none' };
  const text = given[annotations.mcpInputSchema];
  const inputSchema = text === undefined ? usualSchema(target.kind) : parseSchema(text);
  if (typeof inputSchema === 'string') {
    return { kind: 'wrong', target, fault: `annotation ${annotations.mcpInputSchema}: ${inputSchema}` };
  }
  const described = given[annotations.description]?.slice(0, mostDescription);
  const description = described ?? `The ${target.kind} ${target.name} of namespace ${target.namespace}`;
  return { kind: 'tool', tool: { target, name: nameOfTool(target), description, inputSchema } };
}

const mostDescription = 4096;
const mostSchema = 16_384;
const mostDepth = 32;

function usualSchema(kind: CallTarget['kind']): InputSchema {
  if (kind === 'function') return { type: 'object' };
  const text = { type: 'string', description: 'What to ask the agent' };
  const conversationId = { type: 'string', description: 'The same for all questions of one conversation' };
  return { type: 'object', properties: { text, conversationId }, required: ['text'] };
}

/** The schema, or what is wrong with it. */
function parseSchema(text: string): InputSchema | string {
  if (text.length > mostSchema) return `got ${text.length} characters, allowed ${mostSchema}`;
  const value = parseJson(text);
  if (!isRecord(value) || value['type'] !== 'object') return 'needed a JSON schema with "type": "object"';
  return faultOfSchema(value, 0) ?? value;
}

/** Keywords that let a short schema or a short argument take long: whoever writes one shares the receiver with all others. */
const costly: ReadonlySet<string> = new Set(['$ref', '$dynamicRef', '$id', 'uniqueItems', 'unevaluatedProperties']);

/** Keywords whose members are names that the author chose. */
const named: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'dependentSchemas']);

function faultOfSchema(value: object, depth: number): string | undefined {
  if (depth > mostDepth) return `nested too deeply, allowed ${mostDepth} levels`;
  for (const [keyword, member] of Object.entries(value)) {
    if (costly.has(keyword)) return `${keyword} is not allowed, because it can take long; write it out`;
    const within = named.has(keyword) ? Object.values(Object(member)) : [member];
    const fault = within.map((one) => (isObject(one) ? faultOfSchema(one, depth + 1) : undefined)).find(isText);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isText = (value: string | undefined): value is string => value !== undefined;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
