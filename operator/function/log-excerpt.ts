import { stripVTControlCharacters } from 'node:util';

const placeholder = '[redacted]';

/** What looks like a secret in the words of another program. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, placeholder],
  [/\b([a-z][a-z0-9+.-]*:[/]{2})[^/\s@]+@/gi, `$1${placeholder}@`],
  [/\b(authorization|proxy-authorization|x-[a-z-]*token)(["']?\s*[:=]\s*["']?)[^\r\n"']+/gi, `$1$2${placeholder}`],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${placeholder}`],
  [
    /\b([a-z0-9_-]*(?:password|passwd|secret|token|api[-_]?key))(["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
    `$1$2${placeholder}`,
  ],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, placeholder],
  [/\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abp]-[\w-]{10,})/g, placeholder],
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g, placeholder],
];

/** The text without what looks like a secret. */
export function redact(text: string): string {
  return secrets.reduce((rest, [pattern, replacement]) => rest.replaceAll(pattern, replacement), text);
}

const mostLines = 20;
const mostCharacters = 4096;

/** The last twenty lines of a log, without colours, blank lines and secrets. */
export function logExcerpt(log: string): string {
  const lines = stripVTControlCharacters(log)
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  const text = redact(lines.slice(-mostLines).join('\n')).slice(-mostCharacters);
  return text === '' ? 'it wrote nothing' : text;
}
