/** What an agent may be given to do at the API server, each a ClusterRole `lambda-agent-TIER`. */
export const agentTierNames = [
  'restricted',
  'viewer',
  'developer',
  'orchestrator',
  'admin',
  'security-tester',
] as const;

export type AgentTier = (typeof agentTierNames)[number];

export const agentTierRole = (tier: AgentTier) => `lambda-agent-${tier}` as const;

/** ClusterRoles that an agent's ServiceAccount may be given; the only ones that the operator may bind. */
export const agentTiers = agentTierNames.map(agentTierRole);
