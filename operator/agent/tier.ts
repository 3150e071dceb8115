import type { AgentTier, LambdaAgent } from '../api/index.ts';
import { disabledByEvent, type DisabledCapability } from './disabled-capability.ts';

/** What a tier lets an agent make that may be switched off. */
export type Capability = 'broker' | 'trigger' | 'function';

interface TierRow {
  readonly creates: readonly Capability[];
  /** The next one that allows nothing else and less. */
  readonly narrower: AgentTier | undefined;
}

/** As charts/cluster-roles.ts gives rights; test/agent-tiers.test.ts compares. */
const tiers: Readonly<Record<AgentTier, TierRow>> = {
  restricted: { creates: [], narrower: undefined },
  viewer: { creates: [], narrower: 'restricted' },
  developer: { creates: ['trigger', 'function'], narrower: 'viewer' },
  orchestrator: { creates: ['broker', 'trigger', 'function'], narrower: 'developer' },
  admin: { creates: ['broker', 'trigger', 'function'], narrower: 'orchestrator' },
  'security-tester': { creates: ['broker', 'trigger', 'function'], narrower: 'restricted' },
};

/** The tier that is left of one when some things are switched off: rights are only ever chosen, never made. */
export function narrowTier(tier: AgentTier, disabled: ReadonlySet<Capability>): AgentTier {
  const { creates, narrower } = tiers[tier];
  return narrower === undefined || !creates.some((one) => disabled.has(one)) ? tier : narrowTier(narrower, disabled);
}

/** What an agent asks for and gets. */
export interface AgentRights {
  readonly asked: AgentTier;
  /** Undefined where the environment does not allow what is asked. */
  readonly tier: AgentTier | undefined;
  readonly disabled: readonly DisabledCapability[];
}

/** The rights of an agent; undefined where it asks for none. */
export function rightsOf(agent: LambdaAgent, allowed: readonly AgentTier[], now: Date): AgentRights | undefined {
  const { permissions } = agent.spec;
  const asked = permissions?.tier;
  if (asked === undefined) return undefined;
  const disabled = disabledByEvent(agent, now);
  const off = new Set([...disabledBySpec(agent), ...disabled.map(({ capability }) => capability)]);
  return { asked, tier: allowed.includes(asked) ? narrowTier(asked, off) : undefined, disabled };
}

export function disabledBySpec({ spec: { permissions } }: LambdaAgent): readonly Capability[] {
  return [
    ...(permissions?.disableBrokerCreation === true ? (['broker'] as const) : []),
    ...(permissions?.disableTriggerCreation === true ? (['trigger'] as const) : []),
    ...(permissions?.disableFunctionCreation === true ? (['function'] as const) : []),
  ];
}

/** Whether the pods of an agent get a token. What events switch off leaves them one: it narrows what the token opens. */
export const mayCallApi = ({ spec: { permissions } }: LambdaAgent, allowed: readonly AgentTier[]): boolean =>
  permissions?.tier !== undefined && allowed.includes(permissions.tier);
