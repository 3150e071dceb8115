export const censored = '[redacted]';

/** What opens doors and is known by its shape, in a text as in a line of JSON: no shape goes beyond a closing quote. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^"\\]|\\[\s\S])*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?=")|$)/g, censored],
  [/(:\/\/)[^\s/"@\\]+@/g, `$1${censored}@`],
  [/\b(bearer|basic)\s+[\w.~+/-]{8,}=*/gi, `$1 ${censored}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, censored],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abp]-[\w-]{10,})/g, censored],
  // a JSON Web Token, such as those of ServiceAccounts
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, censored],
];

/** The text without private keys, logins in URLs, and tokens. */
export function redactShapes(text: string): string {
  return shapes.reduce((rest, [shape, replacement]) => rest.replaceAll(shape, replacement), text);
}
