import { eventTypes } from '../api/index.ts';
import { type CallAnswer, type Content, isRecord } from './call.ts';

/** The answer of a target, as it came over HTTP; names of headers in lower case. */
export interface TargetAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * What a function or an agent says: the data of the event that it answers with, or of what is no event the body. A function
 * that returns a value answers with an envelope, whose result this is (docs/reference/runtime-contract.md, §5).
 */
export function readAnswer(answer: TargetAnswer): CallAnswer {
  const { status } = answer;
  const content = contentOf(answer);
  if (status >= 200 && status < 300) return { kind: 'answered', content: unwrapped(answer, content) };
  return { kind: 'failed', message: failureOf(status, content) };
}

const mostMessage = 1024;

function failureOf(status: number, content: Content): string {
  const error = content.kind === 'json' && isRecord(content.value) ? content.value['error'] : undefined;
  const { code, message } = isRecord(error) ? error : {};
  const words = [code, message].filter((one) => typeof one === 'string').join(': ');
  return words === '' ? `it answers with status ${status}` : words.slice(0, mostMessage);
}

function unwrapped({ headers }: TargetAnswer, content: Content): Content {
  if (headers['ce-type'] !== eventTypes.responseSuccess || content.kind !== 'json') return content;
  const result = isRecord(content.value) ? content.value['result'] : undefined;
  if (!isRecord(result)) return content;
  const { body, bodyBase64 } = result;
  if (typeof bodyBase64 === 'string')
    return { kind: 'bytes', base64: bodyBase64, mediaType: 'application/octet-stream' };
  return body === undefined || body === null ? { kind: 'none' } : toContent(body);
}

function contentOf({ body, headers }: TargetAnswer): Content {
  const type = mediaTypeOf(headers['content-type']);
  if (body.length === 0) return { kind: 'none' };
  if (type === 'application/cloudevents+json') return dataOfEvent(parseJson(body));
  if (type === 'application/json' || type.endsWith('+json')) return toContent(parseJson(body) ?? body.toString('utf8'));
  if (type.startsWith('text/')) return { kind: 'text', text: body.toString('utf8') };
  return { kind: 'bytes', base64: body.toString('base64'), mediaType: type };
}

function dataOfEvent(event: unknown): Content {
  if (!isRecord(event)) return { kind: 'none' };
  const { data, data_base64: base64, datacontenttype: type } = event;
  const mediaType = typeof type === 'string' ? mediaTypeOf(type) : 'application/octet-stream';
  if (typeof base64 === 'string') return { kind: 'bytes', base64, mediaType };
  return data === undefined || data === null ? { kind: 'none' } : toContent(data);
}

const toContent = (value: unknown): Content =>
  typeof value === 'string' ? { kind: 'text', text: value } : { kind: 'json', value };

const mediaTypeOf = (header: string | readonly string[] | undefined): string =>
  (typeof header === 'string' ? header.split(';')[0]?.trim().toLowerCase() : undefined) || 'application/octet-stream';

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
