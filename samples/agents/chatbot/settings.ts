import { readFileSync } from 'node:fs';

/** What the operator tells the agent by environment variables (docs/operations/agents.md). */
export interface Settings {
  readonly port: number;
  readonly name: string;
  readonly namespace: string;
  /** CloudEvents source of what the agent sends. */
  readonly source: string;
  readonly replyType: string;
  /** Whether an event is answered with one. */
  readonly emitEvents: boolean;
  /** Of ollama. */
  readonly endpoint: string;
  readonly model: string;
  readonly temperature: number;
  readonly maxTokens: number;
  /** Empty where there is none. */
  readonly systemPrompt: string;
  /** Earlier messages that go along with a question. */
  readonly maxContextMessages: number;
  /** Longest call of the model. */
  readonly timeoutMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error with one line that says which variable is missing or wrong */
export function readSettings(environment: Environment): Settings {
  const text = (name: string, usual = ''): string => environment[name] || usual;
  const number = (name: string, usual: number): number => {
    const value = Number(text(name, String(usual)));
    if (Number.isFinite(value) && value >= 0) return value;
    throw new Error(`${name}: got ${text(name)}, allowed a number of 0 or more; correct it`);
  };
  const needed = (name: string): string => {
    if (text(name) !== '') return text(name);
    throw new Error(`${name}: missing; set spec.ai.endpoint and spec.ai.model`);
  };
  const [name, namespace] = [text('AGENT_NAME', 'chatbot'), text('AGENT_NAMESPACE', 'default')];
  const promptFile = text('SYSTEM_PROMPT_FILE');
  return {
    port: number('PORT', 8080),
    name,
    namespace,
    source: text('EVENT_SOURCE', `/agents/${namespace}/${name}`),
    replyType: text('REPLY_TYPE', 'io.homelab.chat.reply'),
    emitEvents: text('EMIT_EVENTS', 'true') === 'true',
    endpoint: needed('OLLAMA_URL').replace(/\/+$/, ''),
    model: needed('OLLAMA_MODEL'),
    temperature: number('AI_TEMPERATURE', 0.7),
    maxTokens: number('AI_MAX_TOKENS', 2048),
    systemPrompt: promptFile === '' ? text('SYSTEM_PROMPT') : readFileSync(promptFile, 'utf8'),
    maxContextMessages: number('MAX_CONTEXT_MESSAGES', 10),
    timeoutMs: number('TIMEOUT_SECONDS', 300) * 1000,
  };
}
