import { canonicalText, fieldOf, isFields, listOf, textOf } from '../diff/value.ts';

/** One action on one resource for one principal, as a statement of a policy of AWS allows it. */
export interface PolicyGrant {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly condition: string;
}

const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');

function principalsOf(statement: unknown): readonly string[] {
  const principal = fieldOf(statement, 'Principal');
  if (!isFields(principal)) return typeof principal === 'string' ? [principal] : [''];
  return Object.entries(principal).flatMap(([kind, names]) =>
    texts(names).map((name) => (name === '*' ? '*' : `${kind} ${name}`)),
  );
}

function showCondition(condition: unknown): string {
  return condition === undefined ? '' : canonicalText(condition);
}

/** Everything that a policy document allows. */
export function policyGrants(policy: unknown): readonly PolicyGrant[] {
  return listOf(policy, 'Statement')
    .filter((statement) => textOf(statement, 'Effect') === 'Allow')
    .flatMap((statement) => {
      const actions = [
        ...texts(fieldOf(statement, 'Action')),
        ...texts(fieldOf(statement, 'NotAction')).map((action) => `all but ${action}`),
      ];
      const resources = texts(fieldOf(statement, 'Resource'));
      const condition = showCondition(fieldOf(statement, 'Condition'));
      return principalsOf(statement).flatMap((principal) =>
        actions.flatMap((action) =>
          (resources.length === 0 ? [''] : resources).map((resource) => ({ principal, action, resource, condition })),
        ),
      );
    });
}

/** Whether a pattern of AWS, with `*` and `?`, matches a text. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(text);
}

/** Whether a grant allows all that another does; a condition narrows it. */
export function coversPolicy(one: PolicyGrant, other: PolicyGrant): boolean {
  return (
    (one.principal === '*' || one.principal === other.principal) &&
    matches(one.action, other.action) &&
    matches(one.resource, other.resource) &&
    (one.condition === '' || one.condition === other.condition)
  );
}
