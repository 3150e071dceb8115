import { z } from 'zod';
import { agentTiers } from '../../operator/api/index.ts';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import type { Output } from './output.ts';

const rule = z.looseObject({
  apiGroups: z.array(z.string()).default([]),
  resources: z.array(z.string()).default([]),
  verbs: z.array(z.string()),
  resourceNames: z.array(z.string()).default([]),
});

type Rule = z.output<typeof rule>;

const role = z.looseObject({ rules: z.array(rule).default([]) });
const binding = z.looseObject({ roleRef: z.looseObject({ kind: z.string(), name: z.string() }) });

const readsSecrets = ({ resources }: Rule): boolean => resources.includes('secrets');

function hasWildcard({ apiGroups, resources, verbs }: Rule): boolean {
  return [...apiGroups, ...resources, ...verbs].includes('*');
}

/** Rights that let their holder give itself more: writing roles, or binding and escalating beyond the agent tiers. */
function canEscalate({ apiGroups, resources, verbs, resourceNames }: Rule): boolean {
  if (!apiGroups.includes('rbac.authorization.k8s.io')) {
    return false;
  }
  const onlyTiers = resourceNames.length > 0 && resourceNames.every((name) => agentTiers.some((tier) => tier === name));
  return (
    verbs.includes('escalate') ||
    verbs.includes('impersonate') ||
    (verbs.includes('bind') && !onlyTiers) ||
    resources.some((resource) => ['roles', 'clusterrolebindings'].includes(resource)) ||
    (resources.includes('clusterroles') && !onlyTiers)
  );
}

function ruleFaults(manifest: Manifest): readonly string[] {
  return role
    .parse(manifest)
    .rules.flatMap((one) => [
      ...(hasWildcard(one)
        ? [`${nameOf(manifest)}: got a wildcard in a rule, allowed names only; name groups, resources and verbs`]
        : []),
      ...(canEscalate(one)
        ? [
            `${nameOf(manifest)}: a rule lets its holder give itself more rights; allowed is bind on the agent tiers by name`,
          ]
        : []),
    ]);
}

/** Rules that hold in every namespace, through a ClusterRoleBinding. */
function clusterWideFaults({ manifests, shared }: Output): readonly string[] {
  const roles = ofKind([...manifests, ...shared], 'ClusterRole');
  return ofKind(manifests, 'ClusterRoleBinding').flatMap((one) => {
    const { roleRef } = binding.parse(one);
    const bound = roles.find(({ metadata }) => metadata.name === roleRef.name);
    return bound !== undefined && role.parse(bound).rules.some(readsSecrets)
      ? [`${nameOf(one)}: gives rights on the Secrets of every namespace; bind them in the function namespaces`]
      : [];
  });
}

/** Rights that are wider than any code path needs. */
export function accessFaults(output: Output): readonly string[] {
  const all = [...output.manifests, ...output.shared];
  return [
    ...['Role', 'ClusterRole'].flatMap((kind) => ofKind(all, kind).flatMap(ruleFaults)),
    ...clusterWideFaults(output),
  ];
}
