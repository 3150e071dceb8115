import { agentTierRole, type AgentTier, type LambdaAgent } from '../api/index.ts';
import { ensureObject } from '../ensure-object.ts';
import { isRefusal } from '../function/deploy.ts';
import { isNotFound } from '../kube/api-error.ts';
import { whileThere } from '../reconcile/while-there.ts';
import { withAppliedHash } from '../specs/applied-object.ts';
import { agentLabels, controllerReference } from '../specs/ownership.ts';
import { type AppliedRoleBinding, type RoleBinding, roleBindingResource } from '../specs/role-binding.ts';
import { accountName } from './account.ts';
import { byAgent } from './caches.ts';
import { nextExpiryMs } from './disabled-capability.ts';
import { finding, type Finding } from './finding.ts';
import { type AgentPass, type StepResult, unsettledMs } from './pass.ts';
import { type AgentRights, rightsOf } from './tier.ts';

/** What became of the rights that an agent asks for. */
export type RightsFacts =
  | { readonly kind: 'none' }
  | { readonly kind: 'settled'; readonly rights: AgentRights }
  | { readonly kind: 'refused'; readonly rights: AgentRights; readonly cause: string };

/** Gives the account of an agent one of the tiers. The role of a binding never changes: another one has another name. */
export function buildRoleBinding(agent: LambdaAgent, tier: AgentTier): AppliedRoleBinding {
  const { name, namespace } = agent.metadata;
  return withAppliedHash({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: {
      name: `${name}-agent-${tier}`,
      namespace,
      ownerReferences: [controllerReference(agent)],
      labels: agentLabels(name, 'agent'),
    },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: agentTierRole(tier) },
    subjects: [{ kind: 'ServiceAccount', name: accountName(agent), namespace }],
  } satisfies AppliedRoleBinding);
}

/** Takes away what the agent may no longer do, then gives what it may: for a moment it may do less, never more. */
export async function reconcileRights(pass: AgentPass): Promise<StepResult<RightsFacts>> {
  const { agent, caches, settings, today } = pass;
  const rights = rightsOf(agent, settings.tiers, today());
  const wanted = rights?.tier === undefined ? undefined : buildRoleBinding(agent, rights.tier);
  await removeBindings(pass, wanted?.metadata.name);
  if (rights === undefined) return { facts: { kind: 'none' } };
  const againMs = nextExpiryMs(rights.disabled, today());
  const again = againMs === undefined ? {} : { againMs };
  if (wanted === undefined) return { facts: { kind: 'settled', rights }, ...again };
  try {
    await ensureObject(pass, caches.roleBindings, roleBindingResource, wanted);
    return { facts: { kind: 'settled', rights }, ...again };
  } catch (error) {
    if (!isRefusal(error) && !isNotFound(error)) throw error;
    return { facts: { kind: 'refused', rights, cause: error.message }, againMs: unsettledMs };
  }
}

async function removeBindings(
  { agent, caches, client, context, key }: AgentPass,
  kept: string | undefined,
): Promise<void> {
  const isOld = ({ metadata }: RoleBinding): boolean =>
    metadata.name !== kept &&
    metadata.deletionTimestamp === undefined &&
    (metadata.ownerReferences?.some(({ uid }) => uid === agent.metadata.uid) ?? false);
  for (const { metadata } of caches.roleBindings.cache.byIndex(byAgent, key).filter(isOld)) {
    const { name, namespace, uid } = metadata;
    const options = { signal: context.signal, preconditions: { uid } };
    await whileThere(() => client.delete(roleBindingResource, { name, namespace }, options));
  }
}

/** What the condition says; undefined where the agent asks for nothing. */
export function rightsFinding(facts: RightsFacts, allowed: readonly AgentTier[]): Finding<'Rights'> | undefined {
  if (facts.kind === 'none') return undefined;
  const { asked, tier } = facts.rights;
  if (tier === undefined) {
    return finding('Rights', 'TierNotAllowed', { tier: asked, allowed: allowed.join(', ') || 'none' });
  }
  const role = agentTierRole(tier);
  if (facts.kind === 'refused') return finding('Rights', 'RightsRefused', { role, cause: facts.cause });
  return tier === asked
    ? finding('Rights', 'RightsBound', { role })
    : finding('Rights', 'RightsNarrowed', { role, tier: asked });
}
