import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HttpMessage } from './decode.ts';
import type { User } from './sender.ts';

/** A secret that is shared with one sender. Two keys may be of the same user while one takes the place of the other. */
export interface SigningKey {
  readonly id: string;
  readonly secret: string;
  /** Whom its holder acts as. */
  readonly user: User;
}

export interface SignedRequest extends HttpMessage {
  readonly method: string;
  readonly path: string;
}

/** Header that carries a signature: `t=<seconds since 1970>,k=<id of the key>,v1=<hexadecimal>`. */
export const signatureHeader = 'x-lambda-signature';

/** How far the time of a signature may be from ours, in either direction. */
const windowMs = 300_000;

const pattern = /^t=(?<time>[0-9]{1,12}),k=(?<id>[A-Za-z0-9._-]{1,64}),v1=(?<mac>[0-9a-f]{64})$/;

/**
 * The key whose holder signed a request; undefined when nobody did, or too long ago.
 * @param now milliseconds since 1970
 */
export function verifySignature(
  request: SignedRequest,
  keys: readonly SigningKey[],
  now: number,
): SigningKey | undefined {
  const given = parseSignature(request.headers[signatureHeader]);
  if (given === undefined || Math.abs(now - Number(given.time) * 1000) > windowMs) return undefined;
  // a mac is made whether the id is known or not: the time of an answer tells nothing of the ids
  const key = keys.find(({ id }) => id === given.id);
  const expected = macOf(request, given.time, key?.secret ?? '');
  return timingSafeEqual(Buffer.from(given.mac, 'hex'), expected) ? key : undefined;
}

function parseSignature(header: string | readonly string[] | undefined) {
  const { id, mac, time } = (typeof header === 'string' && pattern.exec(header)?.groups) || {};
  return id === undefined || mac === undefined || time === undefined ? undefined : { id, mac, time };
}

/** The value of the header for a request. @param now milliseconds since 1970 */
export function sign(request: SignedRequest, { id, secret }: Pick<SigningKey, 'id' | 'secret'>, now: number): string {
  const time = String(Math.floor(now / 1000));
  return `t=${time},k=${id},v1=${macOf(request, time, secret).toString('hex')}`;
}

/** Attributes are headers in binary mode, so they are signed with the body: a type is not changed on the way. */
function macOf({ body, headers, method, path }: SignedRequest, time: string, secret: string): Buffer {
  const signed = Object.entries(headers)
    .filter(([name]) => name === 'content-type' || name.startsWith('ce-'))
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  const head = JSON.stringify([time, method, path, signed]);
  return createHmac('sha256', secret)
    .update(`${Buffer.byteLength(head)}:${head}`)
    .update(body)
    .digest();
}
