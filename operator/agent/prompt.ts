import type { LambdaAgentSpec } from '../api/index.ts';

/** Instructions for the model: as the spec has them, or as a key of a ConfigMap does. */
export type SystemPrompt = PromptText | PromptConfigMap;

interface PromptText {
  readonly kind: 'text';
  readonly field: 'spec.ai.systemPrompt' | 'spec.behavior.systemPrompt';
  readonly text: string;
  readonly bytes: number;
}

interface PromptConfigMap {
  readonly kind: 'configMap';
  readonly name: string;
  readonly key: string;
}

/** The instructions of an agent: those under `ai` win. Undefined where there are none. */
export function systemPrompt({ ai, behavior }: LambdaAgentSpec): SystemPrompt | undefined {
  const { systemPrompt: own, systemPromptConfigMapRef: reference } = ai ?? {};
  if (own !== undefined) return toText('spec.ai.systemPrompt', own);
  if (reference !== undefined) return { kind: 'configMap', ...reference };
  return toText('spec.behavior.systemPrompt', behavior?.systemPrompt ?? '');
}

function toText(field: PromptText['field'], text: string): PromptText | undefined {
  return text === '' ? undefined : { kind: 'text', field, text, bytes: Buffer.byteLength(text) };
}

/** Annotations of one object have 256 KiB together, https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go */
export const mostPromptBytes = 240 * 1024;

/** Linux takes 128 KiB for one variable with its name and its end, MAX_ARG_STRLEN of execve(2). */
export const mostVariableBytes = 131_072 - 'SYSTEM_PROMPT='.length - 1;

/** Where the file with the instructions is. */
export const promptFolder = '/etc/agent';
export const promptFile = 'system-prompt.txt';
