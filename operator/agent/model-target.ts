import type { LambdaAgentSpec } from '../api/index.ts';

/** A server of models, and the model that is asked of it. */
export interface ModelTarget {
  readonly provider: 'ollama' | 'openai' | 'anthropic';
  readonly endpoint: string;
  readonly model: string | undefined;
}

/**
 * Whom the operator asks whether a model is served: only Services of the cluster, by their full name. It has neither the
 * key of the agent nor a way to public providers, and such a name is that of no node and no metadata server.
 */
export function modelTarget({ ai }: LambdaAgentSpec): ModelTarget | undefined {
  if (ai === undefined || ai.provider === 'none') return undefined;
  const { endpoint = '', model = '', provider } = ai;
  return isInCluster(endpoint) ? { provider, endpoint, model: model === '' ? undefined : model } : undefined;
}

function isInCluster(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { hostname, protocol, username } = new URL(endpoint);
  const isPlain = (protocol === 'http:' || protocol === 'https:') && username === '';
  return isPlain && /\.svc(\.cluster\.local)?\.?$/.test(hostname);
}
