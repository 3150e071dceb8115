import type { z } from 'zod';
import { showKey, showValue } from './shown.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** What a value is called in messages, and the file in which a person corrects it. */
export interface Origin {
  readonly name: string;
  readonly file: string;
}

interface Finding {
  readonly path: Path;
  /** Absent where the schema does not know the path at all. */
  readonly allowed?: string;
}

const words: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'a group of settings',
  record: 'a map of texts',
  array: 'a list',
};

const countWords: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

function allowedByBound(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  // zod reports a number beyond the safe integers apart from the bound of the setting
  if (issue.origin === 'int') {
    return 'a whole number';
  }
  const unit = countWords[issue.origin] ?? '';
  const less = unit === '' ? 'less' : 'fewer';
  return issue.code === 'too_small'
    ? `${String(issue.minimum)} or more${unit}`
    : `${String(issue.maximum)} or ${less}${unit}`;
}

function allowedByType(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return words[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map(String).join(', ');
    case 'too_small':
    case 'too_big':
      return allowedByBound(issue);
    default:
      return issue.message;
  }
}

function isOfOtherShape(issues: readonly Issue[]): boolean {
  return issues.some(({ code, path }) => path.length === 0 && code !== 'unrecognized_keys');
}

/** The issues of the one alternative that has the shape of the value, if there is one. */
function matchingBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const shaped = branches.filter((issues) => !isOfOtherShape(issues));
  return shaped.length === 1 ? shaped[0] : undefined;
}

function findingsOf(issue: Issue, base: Path): readonly Finding[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key] }));
  }
  if (issue.code !== 'invalid_union') {
    return [{ path, allowed: allowedByType(issue) }];
  }
  if ('options' in issue) {
    return [{ path, allowed: (issue.options ?? []).map(String).join(', ') }];
  }
  const branch = matchingBranch(issue.errors);
  return branch === undefined
    ? [{ path, allowed: issue.errors.flatMap((issues) => issues.map(allowedByType)).join(' or ') }]
    : branch.flatMap((inner) => findingsOf(inner, path));
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' ? Reflect.get(inner ?? {}, key) : undefined),
    value,
  );
}

function toLine(findings: readonly Finding[], value: unknown, { name, file }: Origin): string {
  const path = findings[0]?.path ?? [];
  const where = [name, ...path.map(showKey)].join('.');
  const allowed = findings.flatMap((finding) => finding.allowed ?? []);
  if (allowed.length === 0) {
    return `${where}: got a setting that is not declared, allowed declared ones; correct its name or remove it in ${file}`;
  }
  const got = valueAt(value, path);
  const expected = [...new Set(allowed)].join(', ');
  return got === undefined
    ? `${where}: missing, allowed ${expected}; set it in ${file}`
    : `${where}: got ${showValue(got)}, allowed ${expected}; change it in ${file}`;
}

/** One line for each setting that a schema refused, however many of its conditions the value breaks. */
export function faultLines(issues: readonly Issue[], value: unknown, origin: Origin): readonly string[] {
  const byPath = new Map<string, Finding[]>();
  for (const finding of issues.flatMap((issue) => findingsOf(issue, []))) {
    const key = finding.path.map(String).join('\n');
    byPath.set(key, [...(byPath.get(key) ?? []), finding]);
  }
  return [...byPath.values()].map((findings) => toLine(findings, value, origin));
}
