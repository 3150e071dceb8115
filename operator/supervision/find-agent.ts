import { type LambdaAgent, lambdaAgentSchema } from '../api/index.ts';
import { agentResource } from '../function/known-functions.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { AgentReference } from './action.ts';

export type FindAgent = (agent: AgentReference) => Promise<LambdaAgent | undefined>;

/** Reads agents as they are now; undefined for one that is not there. Rejects when nobody can say. Needs get on lambdaagents. */
export function findAgentIn(client: Pick<KubeClient, 'get'>): FindAgent {
  return async ({ name, namespace }) => {
    try {
      return lambdaAgentSchema.parse(await client.get(agentResource, { namespace, name }, { timeoutMs: 10_000 }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
}
