import { type LambdaAgent, lambdaAgentSchema } from '../api/index.ts';
import { agentResource } from '../function/known-functions.ts';
import { isConflict, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ReviewAccess } from './access-review.ts';
import { switched, switchFault, type AgentSwitch } from './agent-switch.ts';
import { toRefusal, unavailable } from './api-refusal.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { FunctionReference } from './command.ts';
import { Refusal } from './refusal.ts';
import type { Sender } from './sender.ts';

/** What events have done to an agent. */
export type Switched = 'changed' | 'duplicate';

/** Switches off and on what agents may make. Rejects with a Refusal. */
export type SwitchAgent = (wanted: AgentSwitch, event: CloudEvent, sender: Sender) => Promise<Switched>;

export interface AgentSwitchesProps {
  readonly client: Pick<KubeClient, 'get' | 'merge'>;
  readonly reviewAccess: ReviewAccess;
  readonly today: () => Date;
}

const maxAttempts = 5;
const options = { fieldManager: 'knative-lambda-receiver', timeoutMs: 10_000 } as const;

/** Keeps what is off in an annotation of the agent, which the operator reads. Needs get and patch on lambdaagents. */
export function switchAgents({ client, reviewAccess, today }: AgentSwitchesProps): SwitchAgent {
  return async (wanted, event, sender) => {
    const { name, namespace } = wanted.target;
    try {
      if (!(await reviewAccess(sender.user, 'patch', wanted.target, 'lambdaagents'))) {
        throw new Refusal('forbidden', `${sender.user.username} may not patch agent ${namespace}/${name}`);
      }
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const effect = await attemptOnce(wanted, event);
        if (effect !== 'overtaken') return effect;
      }
    } catch (error) {
      throw toRefusal(error, wanted.target);
    }
    throw unavailable(`agent ${namespace}/${name} is changed all the time`, undefined);
  };

  async function attemptOnce(wanted: AgentSwitch, event: CloudEvent): Promise<Switched | 'overtaken'> {
    const agent = await read(wanted.target);
    const fault = switchFault(agent, event);
    if (fault !== undefined) throw new Refusal('forbidden', `agent ${agent.metadata.name}: ${fault}`);
    const { annotations: before, name, namespace, resourceVersion } = agent.metadata;
    const annotations = switched(wanted, event, { before, now: today() });
    if (annotations === undefined) return 'duplicate';
    try {
      await client.merge(agentResource, { metadata: { name, namespace, resourceVersion, annotations } }, options);
      return 'changed';
    } catch (error) {
      if (isConflict(error)) return 'overtaken';
      throw error;
    }
  }

  async function read(target: FunctionReference): Promise<LambdaAgent> {
    const { name, namespace } = target;
    try {
      const stored = await client.get(agentResource, target, { timeoutMs: options.timeoutMs });
      const { data } = lambdaAgentSchema.safeParse(stored);
      if (data !== undefined) return data;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      throw new Refusal('unknown_target', `no agent ${namespace}/${name}`, { cause: error });
    }
    throw new Refusal('unknown_target', `agent ${namespace}/${name} was stored under an older schema; write it again`);
  }
}
