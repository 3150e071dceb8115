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

function describe(word: string, { principal, action, resource, condition }: PolicyGrant): string {
  const who = principal === '' ? '' : ` by ${say`${principal}`}`;
  const what = resource === '' ? '' : ` on ${say`${resource}`}`;
  const when = condition === '' ? '' : ` if ${say`${condition}`}`;
  return `${word} ${say`${action}`}${what}${who}${when}`;
}

function comparePolicies({ id, base, head }: Pair): readonly Finding[] {
  const key = `${id.apiGroup}/${id.kind}`;
  if (!isPolicyType(key)) return [];
  const { field, kind } = policies[key];
  const [before, after] = [base, head].map((side) => policyGrants(fieldOf(side, field)));
  if (before === undefined || after === undefined) return [];
  const beyond = (some: readonly PolicyGrant[], others: readonly PolicyGrant[]): readonly PolicyGrant[] =>
    some.filter((grant) => !others.some((other) => coversPolicy(other, grant)));
  // a new role with its first policy widens nothing that is there
  const codeFor = (grant: PolicyGrant): Code | undefined =>
    base === undefined && kind === 'trust' && grant.principal !== '*' ? undefined : codeOf(kind, grant);
  return [
    ...beyond(after, before).map((grant) => finding('cloud', id, describe('allows', grant), codeFor(grant))),
    ...beyond(before, after).map((grant) => finding('cloud', id, describe('no longer allows', grant))),
  ];
}

/** What policies of AWS allow and no longer allow. */
export const findCloudPolicies: Lens = (comparison) =>
  pairsOf(comparison, ...Object.keys(policies)).flatMap(comparePolicies);
