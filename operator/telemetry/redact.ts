import { censored, redactShapes } from '../secret-shapes.ts';

/** Values of these fields, at any depth. */
const secretFields =
  /("(?:[a-z_-]*(?:token|password|passwd|secret|credential|apikey|api_key|api-key|private_key|client_key)|(?:proxy-)?authorization|cookie|set-cookie)":)"(?:[^"\\]|\\.)+"/gi;

/** A line of JSON without what opens doors: secrets by the name of their field, keys, tokens and logins in texts by their shape. */
export const redact = (line: string): string => redactShapes(line.replaceAll(secretFields, `$1"${censored}"`));
