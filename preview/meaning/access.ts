import type { Code } from '../codes.ts';
import { type Comparison, type Finding, finding, type Lens, plural, say } from '../finding.ts';
import { covers, type Grant, grantsOf, holdsResource } from './grant.ts';

const rbac = 'rbac.authorization.k8s.io';
const write = ['create', 'update', 'patch'] as const;
const roles = [`roles.${rbac}`, `clusterroles.${rbac}`] as const;
const bindings = [`rolebindings.${rbac}`, `clusterrolebindings.${rbac}`] as const;

/** Verbs and resources by which a holder gets further rights. */
const escalations: readonly { readonly verbs: readonly string[]; readonly resources: readonly string[] }[] = [
  { verbs: ['escalate', 'bind', ...write], resources: roles },
  { verbs: write, resources: bindings },
  { verbs: ['impersonate'], resources: ['users', 'groups', 'serviceaccounts', 'uids.authentication.k8s.io'] },
  { verbs: ['create'], resources: ['serviceaccounts/token', 'pods/exec', 'pods/attach'] },
  { verbs: ['get', 'create'], resources: ['nodes/proxy'] },
  {
    verbs: write,
    resources: ['mutating', 'validating'].map((kind) => `${kind}webhookconfigurations.admissionregistration.k8s.io`),
  },
  { verbs: ['approve', ...write], resources: ['certificatesigningrequests.certificates.k8s.io'] },
];

const isAmong = ({ verb, resource }: Grant, verbs: readonly string[], resources: readonly string[]): boolean =>
  (verb === '*' || verbs.includes(verb)) && resources.some((other) => holdsResource(resource, other));

function codeOf(grant: Grant): Code {
  if (escalations.some(({ verbs, resources }) => isAmong(grant, verbs, resources))) return 'privilege-escalation';
  return isAmong(grant, ['get', 'list', 'watch'], ['secrets']) ? 'secrets-readable' : 'privilege-gained';
}

interface Merged {
  readonly grant: Grant;
  readonly code: Code;
  readonly verbs: string[];
}

/** Grants of one holder on one resource as one row. */
function merge(grants: readonly Grant[]): readonly Merged[] {
  const rows = new Map<string, Merged>();
  for (const grant of grants) {
    const code = codeOf(grant);
    const key = [grant.holder, grant.namespace, grant.resource, grant.name, code].join('\n');
    const row = rows.get(key) ?? { grant, code, verbs: [] };
    rows.set(key, row);
    if (!row.verbs.includes(grant.verb)) row.verbs.push(grant.verb);
  }
  return [...rows.values()];
}

function describe({ grant: { resource, name, namespace }, verbs }: Merged): string {
  const which = name === '' ? say`${resource}` : say`${resource} ${name}`;
  const where = namespace === '' ? 'everywhere' : `in ${say`${namespace}`}`;
  return `${say`${verbs.toSorted().join(', ')}`} on ${which} ${where}`;
}

/** Rights lost that are spelled out in one line; the differences have them all. */
const mostSpelledOut = 6;

/** What one holder loses, in one line: a loss is no danger, so nobody goes through it row by row. */
function losses(lost: readonly Merged[]): readonly Finding[] {
  return [...new Set(lost.map(({ grant }) => grant.holder))].map((holder) => {
    const rows = lost.filter(({ grant }) => grant.holder === holder);
    const more = rows.length - mostSpelledOut;
    const rest = more > 0 ? [plural(more, 'other right')] : [];
    return finding(
      'access',
      holder,
      `may no longer ${[...rows.slice(0, mostSpelledOut).map(describe), ...rest].join('; ')}`,
    );
  });
}

const beyond = (grants: readonly Grant[], others: readonly Grant[]): readonly Grant[] =>
  grants.filter((grant) => !others.some((other) => covers(other, grant)));

const differsInAccess = ({ changes }: Comparison): boolean =>
  changes.some(({ id }) => id.apiGroup === 'rbac.authorization.k8s.io');

/** Verbs that subjects gain and lose by all roles and bindings together; moving a rule to another role is no change. */
export const findAccess: Lens = (comparison) => {
  if (!differsInAccess(comparison)) return [];
  const base = grantsOf(comparison.base, comparison.shared.base);
  const head = grantsOf(comparison.head, comparison.shared.head);
  return [
    ...merge(beyond(head, base)).map((row): Finding =>
      finding('access', row.grant.holder, `may now ${describe(row)}`, row.code),
    ),
    ...losses(merge(beyond(base, head))),
  ];
};
