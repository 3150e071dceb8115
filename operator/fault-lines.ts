import type { z } from 'zod';

type Given = Readonly<Record<string, string | undefined>>;

/** One line for each value that a schema refused, however many of its conditions it breaks. */
export function faultLines(error: z.ZodError | undefined, given: Given, prefix: string): readonly string[] {
  const issues = error?.issues ?? [];
  return [...new Set(issues.map(({ path }) => String(path[0])))].map((name) => {
    const allowed = new Set(issues.filter(({ path }) => path[0] === name).map(allowedBy));
    return `${prefix}${name}: got ${JSON.stringify(given[name])}, allowed ${[...allowed].join(', ')}; change it`;
  });
}

function allowedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.join(', ');
    case 'too_small':
      return `${issue.minimum} or more`;
    case 'too_big':
      return `${issue.maximum} or less`;
    default:
      return issue.message;
  }
}
