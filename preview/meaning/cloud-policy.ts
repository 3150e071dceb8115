import type { Code } from '../codes.ts';
import { fieldOf } from '../diff/value.ts';
import { type Finding, finding, type Lens, say } from '../finding.ts';
import { type Pair, pairsOf } from './pair.ts';
import { coversPolicy, type PolicyGrant, policyGrants } from './policy-grant.ts';

/** Where a resource of AWS keeps a policy, and what it says there. */
const policies = {
  'aws/aws:iam/rolePolicy:RolePolicy': { field: 'policy', kind: 'identity' },
  'aws/aws:iam/policy:Policy': { field: 'policy', kind: 'identity' },
  'aws/aws:iam/role:Role': { field: 'assumeRolePolicy', kind: 'trust' },
  'aws/aws:s3/bucketPolicy:BucketPolicy': { field: 'policy', kind: 'resource' },
  'aws/aws:sqs/queuePolicy:QueuePolicy': { field: 'policy', kind: 'resource' },
  'aws/aws:ecr/repositoryPolicy:RepositoryPolicy': { field: 'policy', kind: 'resource' },
} as const;

type PolicyType = keyof typeof policies;

const isPolicyType = (key: string): key is PolicyType => Object.hasOwn(policies, key);

/** Actions by which a holder gets further rights. */
const escalating =
  /^(\*|all but .*|iam:\*|iam:(PassRole|CreateRole|PutRolePolicy|AttachRolePolicy|PutUserPolicy|AttachUserPolicy|CreatePolicyVersion|SetDefaultPolicyVersion|UpdateAssumeRolePolicy|CreateAccessKey|DeleteRolePermissionsBoundary)|sts:AssumeRole)$/i;

function codeOf(kind: 'identity' | 'trust' | 'resource', { principal, action, condition }: PolicyGrant): Code {
  const isPublic = principal === '*' && condition === '';
  switch (kind) {
    case 'identity':
      return escalating.test(action) ? 'iam-escalation' : 'iam-gained';
    case 'trust':
      return 'trust-widened';
    case 'resource':
      return isPublic ? 'public-exposure' : 'iam-gained';
  }
}

/** Actions that are allowed on one resource under one condition. */
interface Merged {
  readonly grant: PolicyGrant;
  readonly code: Code | undefined;
  readonly actions: string[];
}

function merge(grants: readonly PolicyGrant[], codeFor: (grant: PolicyGrant) => Code | undefined): readonly Merged[] {
  const rows = new Map<string, Merged>();
  for (const grant of grants) {
    const code = codeFor(grant);
    const key = [grant.principal, grant.resource, grant.condition, code].join('\n');
    const row = rows.get(key) ?? { grant, code, actions: [] };
    rows.set(key, row);
    row.actions.push(grant.action);
  }
  return [...rows.values()];
}

function describe(word: string, { grant: { principal, resource, condition }, actions }: Merged): string {
  const who = principal === '' ? '' : ` by ${say`${principal}`}`;
  const what = resource === '' ? '' : ` on ${say`${resource}`}`;
  const when = condition === '' ? '' : ` if ${say`${condition}`}`;
  return `${word} ${say`${actions.toSorted().join(', ')}`}${what}${who}${when}`;
}

const beyond = (some: readonly PolicyGrant[], others: readonly PolicyGrant[]): readonly PolicyGrant[] =>
  some.filter((grant) => !others.some((other) => coversPolicy(other, grant)));

function comparePolicies({ id, base, head }: Pair): readonly Finding[] {
  const key = `${id.apiGroup}/${id.kind}`;
  if (!isPolicyType(key)) return [];
  const { field, kind } = policies[key];
  const [before = [], after = []] = [base, head].map((side) => policyGrants(fieldOf(side, field)));
  // a new role with its first policy widens nothing that is there
  const codeFor = (grant: PolicyGrant): Code | undefined =>
    base === undefined && kind === 'trust' && grant.principal !== '*' ? undefined : codeOf(kind, grant);
  return [
    ...merge(beyond(after, before), codeFor).map((row) => finding('cloud', id, describe('allows', row), row.code)),
    ...merge(beyond(before, after), () => undefined).map((row) =>
      finding('cloud', id, describe('no longer allows', row)),
    ),
  ];
}

/** What policies of AWS allow and no longer allow. */
export const findCloudPolicies: Lens = (comparison) =>
  pairsOf(comparison, ...Object.keys(policies)).flatMap(comparePolicies);
