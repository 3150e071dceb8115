/** Protocols by which others call agents and functions. Knows no network: whoever serves them brings the calls. */
export { answerA2a } from './a2a.ts';
export { buildAgentCard } from './agent-card.ts';
export { type Call, type CallAnswer, type CallTarget } from './call.ts';
export { readAnswer } from './call-answer.ts';
export { checkInput } from './input-check.ts';
export { type RpcAnswer, unreadableAnswer } from './json-rpc.ts';
export { answerMcp, type ToolPage } from './mcp.ts';
export { parseToolName, readTool, type Tool, type ToolReading } from './tool.ts';
