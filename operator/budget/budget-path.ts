import { createHmac } from 'node:crypto';
import type { AgentReference } from '../supervision/action.ts';

/** What only the meter of an agent is told, and the operator. It tells nothing of the key, nor of other agents. */
export const budgetSecret = (key: string, { name, namespace }: AgentReference): string =>
  createHmac('sha256', key).update(`budget of ${namespace}/${name}`).digest('base64url');

/** Where the receiver has the budget of an agent, with a slash at its end. */
export const budgetPath = (key: string, agent: AgentReference): string =>
  `/budgets/${agent.namespace}/${agent.name}/${budgetSecret(key, agent)}/`;
