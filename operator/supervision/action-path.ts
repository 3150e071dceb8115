import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ActionReference, AgentReference } from './action.ts';

/** What only the agent is told: part of the address that it sends to. It tells nothing of the key, nor of other agents. */
export const agentSecret = (key: string, { name, namespace }: AgentReference): string =>
  createHmac('sha256', key).update(`actions of ${namespace}/${name}`).digest('base64url');

/** The path that a supervised agent sends its events to. */
export const agentPath = (key: string, agent: AgentReference): string =>
  `/supervision/${agent.namespace}/${agent.name}/${agentSecret(key, agent)}`;

/** What only the service is told that is asked about an action: it proves an answer. */
export const answerToken = (key: string, { agent, id }: ActionReference): string =>
  createHmac('sha256', key).update(`answer to ${agent.namespace}/${agent.name}/${id}`).digest('base64url');

/** Whether a text is what one of the keys makes; takes as long for one that is nearly right. */
export function isMadeBy(keys: readonly string[], make: (key: string) => string, text: string): boolean {
  return keys.filter((key) => isSame(make(key), text)).length > 0;
}

/** By a mac of both: they may differ in length. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other));

const digestOf = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();

const pattern = /^(?<namespace>[a-z0-9-]{1,63})\/(?<name>[a-z0-9-]{1,63})\/(?<id>[0-9a-f]{32})$/;

/** An action as `namespace/name/id`; undefined for a text that names none. */
export function parseActionPath(text: string): ActionReference | undefined {
  const { id, name, namespace } = pattern.exec(text)?.groups ?? {};
  return id === undefined || name === undefined || namespace === undefined
    ? undefined
    : { agent: { namespace, name }, id };
}
