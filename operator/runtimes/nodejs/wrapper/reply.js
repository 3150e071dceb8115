import { randomUUID } from 'node:crypto';
import { encodeHeader } from './attributes.js';
import { formOf } from './media-type.js';

/** @typedef {Readonly<Record<string, string | number | boolean>>} ReplyAttributes */

/**
 * @typedef {object} Reply Answer to one event: an event itself.
 * @property {number} status
 * @property {ReplyAttributes} attributes All but datacontenttype.
 * @property {string | undefined} contentType
 * @property {import('./result.js').ReturnedData} data
 * @property {readonly string[]} markers Headers for a dead letter, names and values in turn.
 */

/**
 * @typedef {object} Cause What is known of the event that is answered.
 * @property {string | undefined} eventId
 * @property {string} invocationId
 * @property {string} correlationId
 * @property {number} hopCount Of the event, before this function.
 * @property {import('./trace.js').Trace | undefined} trace
 */

/**
 * @typedef {object} Measures
 * @property {number} durationMs
 * @property {boolean} isColdStart
 * @property {number} memoryUsedMb
 */

const prefix = 'io.knative.lambda.response';

/** Builds the answers of one function. */
export class ReplyBuilder {
  #source;
  #subject;
  #identity;

  /** @param {{ functionName: string, functionNamespace: string }} identity */
  constructor({ functionName, functionNamespace }) {
    this.#source = `io.knative.lambda/runtime/${functionNamespace}/${functionName}`;
    this.#subject = `${functionNamespace}/${functionName}`;
    this.#identity = `"functionName":${JSON.stringify(functionName)},"namespace":${JSON.stringify(functionNamespace)}`;
  }

  /**
   * @param {Cause} cause
   * @param {import('./result.js').Result} result
   * @param {Measures} measures
   * @returns {Reply}
   */
  success(cause, result, measures) {
    if (result.kind === 'event') return this.#returned(cause, result.event);
    const member = result.kind === 'json' ? `"body":${result.text}` : `"bodyBase64":"${result.text}"`;
    const body = this.#body(cause, `"result":{"statusCode":200,${member}}`, measures);
    return this.#reply(cause, { status: 200, type: `${prefix}.success`, body, markers: [] });
  }

  /**
   * @param {Cause} cause
   * @param {import('./failure.js').Failure} failure
   * @param {Measures} measures
   * @returns {Reply}
   */
  failure(cause, failure, measures) {
    const body = this.#body(cause, errorMember(failure), measures);
    const markers = failure.retryable
      ? []
      : ['kne-errorcode', encodeHeader(failure.code), 'kne-errorretryable', 'false'];
    return this.#reply(cause, { status: 500, type: `${prefix}.error`, body, markers });
  }

  /**
   * @param {Cause} cause
   * @param {import('./failure.js').Failure} failure
   * @param {Measures} measures
   * @returns {Reply}
   */
  timeout(cause, failure, measures) {
    const body = this.#body(cause, errorMember(failure), measures);
    return this.#reply(cause, { status: 504, type: `${prefix}.timeout`, body, markers: [] });
  }

  /**
   * Body of an answer that is no event.
   * @param {Pick<Cause, 'invocationId' | 'correlationId'>} cause
   * @param {Pick<import('./failure.js').Failure, 'code' | 'message' | 'retryable'>} failure
   */
  refusal(cause, failure) {
    return this.#body(cause, errorMember(failure), undefined);
  }

  /**
   * @param {Pick<Cause, 'invocationId' | 'correlationId'>} cause
   * @param {string} member
   * @param {Measures | undefined} measures
   */
  #body({ invocationId, correlationId }, member, measures) {
    const ids = `"invocationId":${JSON.stringify(invocationId)},"correlationId":${JSON.stringify(correlationId)}`;
    const end =
      measures === undefined
        ? ''
        : `,"metrics":{"durationMs":${Math.round(measures.durationMs * 1000) / 1000},"coldStart":${measures.isColdStart},"memoryUsedMb":${measures.memoryUsedMb}}`;
    return `{${this.#identity},${ids},${member}${end}}`;
  }

  /**
   * @param {Cause} cause
   * @param {{ status: number, type: string, body: string, markers: readonly string[] }} parts
   * @returns {Reply}
   */
  #reply(cause, { status, type, body, markers }) {
    return {
      status,
      markers,
      contentType: 'application/json',
      data: { kind: 'json', text: body },
      attributes: {
        id: randomUUID(),
        type,
        source: this.#source,
        subject: this.#subject,
        time: new Date().toISOString(),
        ...chainOf(cause),
      },
    };
  }

  /**
   * @param {Cause} cause
   * @param {import('./result.js').ReturnedEvent} event
   * @returns {Reply}
   */
  #returned(cause, { attributes, contentType, data }) {
    return {
      status: 200,
      markers: [],
      contentType: contentType ?? impliedType[data.kind],
      data,
      attributes: {
        id: randomUUID(),
        source: this.#source,
        time: new Date().toISOString(),
        ...attributes,
        ...chainOf(cause),
      },
    };
  }
}

const impliedType = {
  none: undefined,
  json: 'application/json',
  text: 'text/plain',
  bytes: 'application/octet-stream',
};

/** @param {Pick<import('./failure.js').Failure, 'code' | 'message' | 'retryable'>} failure */
const errorMember = ({ code, message, retryable }) => `"error":${JSON.stringify({ code, message, retryable })}`;

/**
 * What ties a reply to its cause.
 * @param {Cause} cause
 * @returns {ReplyAttributes}
 */
function chainOf({ eventId, correlationId, hopCount, trace }) {
  /** @type {Record<string, string | number>} */
  const chain = { correlationid: correlationId, hopcount: hopCount + 1 };
  if (eventId !== undefined) chain['causationid'] = eventId;
  if (trace !== undefined) chain['traceparent'] = trace.traceparent;
  if (trace?.tracestate !== undefined) chain['tracestate'] = trace.tracestate;
  return chain;
}

/**
 * The reply in binary mode.
 * @param {Reply} reply
 * @returns {{ headers: string[], body: string | Uint8Array }} headers: names and values in turn
 */
export function toBinary({ attributes, contentType, data, markers }) {
  const headers = ['ce-specversion', '1.0'];
  for (const name of Object.keys(attributes)) headers.push(`ce-${name}`, encodeHeader(String(attributes[name])));
  headers.push(...markers);
  if (contentType !== undefined) headers.push('content-type', encodeContentType(contentType));
  return { headers, body: data.kind === 'none' ? '' : data.kind === 'bytes' ? data.bytes : data.text };
}

/** @param {string} contentType a header cannot have line ends, whatever the author wrote */
const encodeContentType = (contentType) => contentType.replace(/[^\t -~]/g, '');

/**
 * The reply in JSON format.
 * @param {Reply} reply
 * @returns {string}
 */
export function toJsonText({ attributes, contentType, data }) {
  const members = JSON.stringify({ specversion: '1.0', ...attributes, datacontenttype: contentType });
  const start = members.slice(0, -1);
  switch (data.kind) {
    case 'none':
      return members;
    case 'json':
      // JSON of another media type is a text to who reads the event
      return formOf(contentType) === 'json'
        ? `${start},"data":${data.text}}`
        : `${start},"data":${JSON.stringify(data.text)}}`;
    case 'text':
      return `${start},"data":${JSON.stringify(data.text)}}`;
    case 'bytes':
      return `${start},"data_base64":"${Buffer.from(data.bytes).toString('base64')}"}`;
  }
}
