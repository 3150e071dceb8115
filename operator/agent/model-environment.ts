import type { EnvVar } from 'kubernetes-types/core/v1.d.ts';
import type { LambdaAgentSpec } from '../api/index.ts';
import { configMapVariable, literalVariable, secretVariable, variable } from '../specs/environment-variable.ts';
import { mostVariableBytes, promptFile, promptFolder, type SystemPrompt, systemPrompt } from './prompt.ts';

type Ai = NonNullable<LambdaAgentSpec['ai']>;
type Provider = Ai['provider'];

/** What programs read that know one provider, beside the neutral names. */
interface ProviderNames {
  /** Public address; undefined where everybody runs one of their own. */
  readonly address: string | undefined;
  readonly endpoint: readonly string[];
  readonly model: readonly string[];
  readonly key: readonly string[];
}

/** Names that the clients of the providers read themselves. An OpenAI-compatible server is `openai` with an endpoint. */
const providers = {
  ollama: {
    address: undefined,
    endpoint: ['OLLAMA_URL', 'OLLAMA_HOST'],
    model: ['OLLAMA_MODEL'],
    key: ['OLLAMA_API_KEY'],
  },
  openai: {
    address: 'https://api.openai.com/v1',
    endpoint: ['OPENAI_BASE_URL'],
    model: ['OPENAI_MODEL'],
    key: ['OPENAI_API_KEY'],
  },
  anthropic: {
    address: 'https://api.anthropic.com',
    endpoint: ['ANTHROPIC_BASE_URL'],
    model: ['ANTHROPIC_MODEL'],
    key: ['ANTHROPIC_API_KEY'],
  },
  none: { address: undefined, endpoint: [], model: [], key: [] },
} as const satisfies Record<Provider, ProviderNames>;

/** Where the model is asked; undefined where only the author can know. */
export function modelEndpoint({ endpoint = '', provider }: Ai): string | undefined {
  return endpoint === '' ? providers[provider].address : endpoint;
}

/** Names under which an agent is told where its model is. */
export const endpointNames = (provider: Provider): readonly string[] => [
  'AI_ENDPOINT',
  ...providers[provider].endpoint,
];

/** Variables that say which model to ask, and how. @param endpoint where the agent asks it */
export function modelVariables(ai: LambdaAgentSpec['ai'], endpoint: string | undefined): readonly EnvVar[] {
  if (ai === undefined) return [];
  const { apiKeySecretRef: key, maxTokens, model, provider, temperature } = ai;
  const names: ProviderNames = providers[provider];
  return [
    variable('AI_PROVIDER', provider),
    ...same(endpointNames(provider), endpoint),
    ...same(['AI_MODEL', ...names.model], model),
    ...same(['AI_TEMPERATURE', 'TEMPERATURE'], temperature),
    ...same(['AI_MAX_TOKENS', 'MAX_TOKENS'], maxTokens),
    ...(key === undefined ? [] : ['AI_API_KEY', ...names.key].map((name) => secretVariable(name, key))),
  ];
}

function same(names: readonly string[], value: string | number | undefined): readonly EnvVar[] {
  return value === undefined ? [] : names.map((name) => variable(name, value));
}

/** Instructions as a variable, where one holds them, and as a file always. */
export function promptVariables(spec: LambdaAgentSpec): readonly EnvVar[] {
  const prompt = systemPrompt(spec);
  if (prompt === undefined) return [];
  return [...textVariables(prompt), variable('SYSTEM_PROMPT_FILE', `${promptFolder}/${promptFile}`)];
}

function textVariables(prompt: SystemPrompt): readonly EnvVar[] {
  switch (prompt.kind) {
    case 'configMap':
      return [configMapVariable('SYSTEM_PROMPT', { name: prompt.name, key: prompt.key })];
    case 'text':
      return prompt.bytes <= mostVariableBytes ? [literalVariable('SYSTEM_PROMPT', prompt.text)] : [];
  }
}
