import { isRecord } from './call.ts';
import { type RpcCall, RpcFault, rpcCodes } from './json-rpc.ts';

/** Headers that say again what the body says, in lower case (MCP 2026-07-28, transports/streamable-http). */
export type McpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** How a request is answered: by the stateless revision, or as versions with a handshake have it. */
export type McpEra = 'modern' | 'legacy';

/** Codes of MCP 2026-07-28, basic. */
const mcpCodes = { headerMismatch: -32_020, unsupportedVersion: -32_022 } as const;

export const modernVersion = '2026-07-28';

/** Of the handshake, the newest first. */
export const legacyVersions: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26'];

const metaKeys = {
  version: 'io.modelcontextprotocol/protocolVersion',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
} as const;

/**
 * Which revision a request is of.
 * @throws RpcFault with status 400 where its headers and its body do not say the same, or what is not served
 */
export function eraOf(call: RpcCall, headers: McpHeaders): McpEra {
  const meta = isRecord(call.params['_meta']) ? call.params['_meta'] : {};
  const header = headers['mcp-protocol-version'];
  const version = meta[metaKeys.version];
  if (version === undefined && isLegacy(header)) return 'legacy';
  if (version === undefined && header !== modernVersion) throw unsupported(header);
  if (typeof version !== 'string' || !isRecord(meta[metaKeys.capabilities])) {
    throw refuse(rpcCodes.invalidParams, `_meta: needed ${metaKeys.version} and ${metaKeys.capabilities}`);
  }
  if (version !== header) throw mismatch('MCP-Protocol-Version');
  if (version !== modernVersion) throw unsupported(version);
  checkHeaders(call, headers);
  return 'modern';
}

/** A client of before 2025-06-18 sends no version. */
const isLegacy = (header: McpHeaders[string]): boolean =>
  header === undefined || (typeof header === 'string' && legacyVersions.includes(header));

function checkHeaders({ method, params }: RpcCall, headers: McpHeaders): void {
  if (headers['mcp-method'] !== method) throw mismatch('Mcp-Method');
  if (method === 'tools/call' && decoded(headers['mcp-name']) !== params['name']) throw mismatch('Mcp-Name');
}

/** What no header can hold comes in base64. */
function decoded(header: McpHeaders[string]): string | undefined {
  if (typeof header !== 'string') return undefined;
  const encoded = /^=\?base64\?(?<text>[A-Za-z0-9+/]*={0,2})\?=$/.exec(header)?.groups?.['text'];
  return encoded === undefined ? header : Buffer.from(encoded, 'base64').toString('utf8');
}

const mismatch = (header: string): RpcFault =>
  refuse(mcpCodes.headerMismatch, `header ${header} is missing, or says something else than the body`);

const unsupported = (requested: unknown): RpcFault =>
  refuse(mcpCodes.unsupportedVersion, 'the version of the protocol is not served', {
    supported: [modernVersion],
    requested: typeof requested === 'string' ? requested.slice(0, 64) : '',
  });

const refuse = (code: number, message: string, data?: unknown): RpcFault =>
  new RpcFault(code, message, { status: 400, data });
