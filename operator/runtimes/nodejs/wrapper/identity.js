import { randomUUID } from 'node:crypto';

const usable = /^[!-~]{1,256}$/;

/**
 * @param {string | undefined} value
 * @returns {string | undefined} undefined where it is not fit for headers and logs
 */
const usableOf = (value) => (value !== undefined && usable.test(value) ? value : undefined);

/**
 * @param {string | undefined} header X-Correlation-ID of the request
 * @param {import('./attributes.js').Attributes} [attributes] of the event; none where it could not be read
 * @returns {{ invocationId: string, correlationId: string }}
 */
export function identify(header, attributes) {
  const invocationId = attributes?.id ?? randomUUID();
  const correlationId = usableOf(header) ?? usableOf(attributes?.extensions['correlationid']) ?? invocationId;
  return { invocationId, correlationId };
}

/**
 * @param {string | undefined} hopCount
 * @returns {number} 0 where there is none or no whole number
 */
export const parseHopCount = (hopCount) =>
  hopCount !== undefined && /^\d{1,9}$/.test(hopCount) ? Number(hopCount) : 0;
