import type { CallAnswer, CallOut, Content } from './call.ts';
import { isRecord } from './call.ts';
import type { CheckInput } from './input-check.ts';
import { answerRpc, type RpcAnswer, type RpcCall, RpcFault, rpcCodes } from './json-rpc.ts';
import { eraOf, legacyVersions, type McpEra, type McpHeaders, modernVersion } from './mcp-request.ts';
import { parseToolName, type Tool, type ToolReading } from './tool.ts';

export interface McpRequest {
  readonly headers: McpHeaders;
  /** The body, as JSON. */
  readonly message: unknown;
}

export interface ToolPage {
  readonly tools: readonly Tool[];
  /** Name of the last tool that was looked at; undefined at the end. */
  readonly next: string | undefined;
}

/** What the server can do for who asks. */
export interface McpProps {
  readonly server: { readonly name: string; readonly version: string };
  /** Tools that they may call, by name, after that of a name. */
  readonly listTools: (after: string) => Promise<ToolPage>;
  /** A tool of this name that they may call. */
  readonly findTool: (name: string) => Promise<ToolReading>;
  readonly checkInput: CheckInput;
  readonly call: CallOut;
  readonly newId: () => string;
}

/** How long a client may keep a list: as long as a right that was taken away is still believed. */
const listMs = 10_000;

type Result = Readonly<Record<string, unknown>>;

/**
 * Answers a request to a server of tools by streamable HTTP, without a session: the revision 2026-07-28, and those before it
 * that begin with a handshake, of which nothing need be remembered.
 */
export function answerMcp(request: McpRequest, props: McpProps): Promise<RpcAnswer> {
  return answerRpc(request.message, async (call) => {
    const era = eraOf(call, request.headers);
    const result = await resultOf(call, era, props);
    return era === 'legacy' ? result : { resultType: 'complete', ...result, _meta: serverMeta(props) };
  });
}

const serverMeta = ({ server }: McpProps): Result => ({ 'io.modelcontextprotocol/serverInfo': server });

async function resultOf(call: RpcCall, era: McpEra, props: McpProps): Promise<Result> {
  switch (`${era} ${call.method}`) {
    case 'modern server/discover':
      return { supportedVersions: [modernVersion], capabilities, ttlMs: listMs, cacheScope: 'private' };
    case 'legacy initialize':
      return initialize(call, props);
    case 'legacy ping':
      return {};
    case 'modern tools/list':
      return { ...(await list(call, props)), ttlMs: listMs, cacheScope: 'private' };
    case 'legacy tools/list':
      return list(call, props);
    case 'modern tools/call':
    case 'legacy tools/call':
      return callTool(call, props);
    default:
      throw new RpcFault(rpcCodes.methodNotFound, 'no method that is served', { status: era === 'modern' ? 404 : 200 });
  }
}

const capabilities = { tools: {} } as const;

/** The version of the client where it is served, else the newest. */
function initialize({ params }: RpcCall, { server }: McpProps): Result {
  const wanted = params['protocolVersion'];
  const served = legacyVersions.find((one) => one === wanted) ?? legacyVersions[0];
  return { protocolVersion: served, capabilities, serverInfo: server };
}

async function list({ params }: RpcCall, { listTools }: McpProps): Promise<Result> {
  const { cursor = '' } = params;
  if (typeof cursor !== 'string' || (cursor !== '' && parseToolName(cursor) === undefined)) {
    throw new RpcFault(rpcCodes.invalidParams, 'cursor: allowed what a list has as nextCursor');
  }
  const { next, tools } = await listTools(cursor);
  const shown = tools.map(({ description, inputSchema, name }) => ({ name, description, inputSchema }));
  return { tools: shown, ...(next === undefined ? {} : { nextCursor: next }) };
}

/** What the author of a model can mend is a result; what only a program can mend is an error. */
async function callTool({ params }: RpcCall, props: McpProps): Promise<Result> {
  const { arguments: given = {}, name } = params;
  const reading = typeof name === 'string' ? await props.findTool(name) : { kind: 'none' as const };
  switch (reading.kind) {
    case 'none':
      throw new RpcFault(rpcCodes.invalidParams, 'there is no such tool, or you may not call it');
    case 'wrong':
      throw new RpcFault(rpcCodes.invalidParams, `the tool cannot be called: ${reading.fault}`);
    case 'tool': {
      const { inputSchema, target } = reading.tool;
      const faults = props.checkInput(inputSchema, given);
      if (faults.length > 0) return toResult({ kind: 'failed', message: faults.join('\n') });
      return toResult(await props.call({ target, id: props.newId(), data: given }));
    }
  }
}

function toResult(answer: CallAnswer): Result {
  if (answer.kind === 'failed') return { content: [{ type: 'text', text: answer.message }], isError: true };
  const { content } = answer;
  const structured = content.kind === 'json' && isRecord(content.value) ? { structuredContent: content.value } : {};
  return { content: toBlocks(content), ...structured };
}

function toBlocks(content: Content): readonly Result[] {
  switch (content.kind) {
    case 'none':
      return [];
    case 'text':
      return [{ type: 'text', text: content.text }];
    case 'json':
      return [{ type: 'text', text: JSON.stringify(content.value) }];
    case 'bytes':
      return [toBlob(content)];
  }
}

function toBlob({ base64, mediaType }: Extract<Content, { kind: 'bytes' }>): Result {
  const [family = ''] = mediaType.split('/');
  if (family === 'image' || family === 'audio') return { type: family, data: base64, mimeType: mediaType };
  return { type: 'resource', resource: { uri: 'knative-lambda:answer', mimeType: mediaType, blob: base64 } };
}
