import type { PolicyDocument, Statement } from './policy-document.ts';

/** A request to AWS, as IAM judges it. */
export interface AwsRequest {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request, for example s3:prefix. */
  readonly context?: Readonly<Record<string, string>>;
}

function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(text);
}

const asList = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

const operators: Readonly<Record<string, (wanted: string, got: string) => boolean>> = {
  StringEquals: (wanted, got) => wanted === got,
  StringLike: matches,
  ArnEquals: matches,
  ArnLike: matches,
  Bool: (wanted, got) => wanted === got,
};

/** All keys must hold, each for one of its values; a key that the request lacks does not hold. */
function holds({ Condition: condition = {} }: Statement, context: Readonly<Record<string, string>>): boolean {
  return Object.entries(condition).every(([name, keys]) => {
    const compare = operators[name];
    if (compare === undefined) throw new Error(`condition operator ${name} is not in infra/allows.ts`);
    return Object.entries(keys).every(([key, values]) => {
      const got = context[key];
      return got !== undefined && asList(values).some((wanted) => compare(wanted, got));
    });
  });
}

function applies(statement: Statement, { action, resource, context = {} }: AwsRequest): boolean {
  return (
    statement.Action.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    (statement.Resource ?? ['*']).some((pattern) => matches(pattern, resource)) &&
    holds(statement, context)
  );
}

/**
 * Whether policies of one kind allow a request: one Allow and no Deny, as IAM evaluates them.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function allows(document: PolicyDocument, request: AwsRequest): boolean {
  const effects = document.Statement.filter((statement) => applies(statement, request)).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}
