import type { IncomingHttpHeaders } from 'node:http';

/** A CloudEvent 1.0; extension attributes are text. */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: unknown;
}

/** The event of a request in binary or structured mode; undefined for what is none. */
export function parseEvent(headers: IncomingHttpHeaders, body: string): CloudEvent | undefined {
  if (headers['content-type']?.startsWith('application/cloudevents+json') === true) {
    const json = parseJson(body);
    if (!isRecord(json)) return undefined;
    const { data, ...attributes } = json;
    return toEvent(attributes, data);
  }
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith('ce-'))
    .map(([name, value]) => [name.slice(3), value] as const);
  return toEvent(Object.fromEntries(attributes), parseJson(body) ?? body);
}

function toEvent(given: Readonly<Record<string, unknown>>, data: unknown): CloudEvent | undefined {
  const texts = Object.entries(given).filter((one): one is [string, string] => typeof one[1] === 'string');
  const { id, source, type, ...attributes } = Object.fromEntries(texts);
  if (id === undefined || source === undefined || type === undefined) return undefined;
  return { id, source, type, attributes, data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
