import { stripVTControlCharacters } from 'node:util';
import { censored, redactShapes } from '../secret-shapes.ts';

/** Secrets that other programs print behind their name. */
const named: readonly RegExp[] = [
  /\b(authorization|proxy-authorization|x-[a-z-]*token)(["']?\s*[:=]\s*["']?)[^\r\n"']+/gi,
  /\b([a-z0-9_-]*(?:password|passwd|secret|token|api[-_]?key))(["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
];

/** The text without what looks like a secret. */
export function redact(text: string): string {
  return redactShapes(named.reduce((rest, shape) => rest.replaceAll(shape, `$1$2${censored}`), text));
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
