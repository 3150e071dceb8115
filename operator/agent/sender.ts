import type { LambdaAgent } from '../api/index.ts';
import type { Sender } from '../lifecycle/outbox.ts';
import type { AgentSettings } from './settings.ts';

/** Who tells of an agent, to the broker of its namespace: its own broker has the events that wake it. */
export function agentSender({ metadata, spec }: LambdaAgent, { namespaceBroker }: AgentSettings): Sender {
  const { name, namespace, uid } = metadata;
  const broker = spec.eventing?.enabled === false ? undefined : namespaceBroker;
  return { name, namespace, uid, source: `io.knative.lambda/operator/${namespace}/${name}`, broker };
}
