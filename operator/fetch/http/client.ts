import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import { isNativeError } from 'node:util/types';
import { Agent, request as send } from 'undici';
import { FetchError } from '../failure.ts';
import type { AddressPolicy, ResolveHost } from './address-policy.ts';
import { retryConnection } from './retry.ts';
import { toTransportFault } from './transport-fault.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Whether it carries credentials: it then follows no redirect to another origin. */
  readonly confidential: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  header(this: void, name: string): string | undefined;
  /** Can be read once. Ends with a fault when the connection does before the answer. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends an answer that nobody reads. */
  discard(this: void): void;
}

export interface HttpClient {
  send(this: void, request: HttpRequest): Promise<HttpResponse>;
  close(this: void): Promise<void>;
}

export interface HttpSettings {
  readonly policy: AddressPolicy;
  readonly resolveHost: ResolveHost;
  /** PEM of an authority that is trusted beside the public ones. */
  readonly authority?: string;
  readonly silenceSeconds: number;
  readonly signal: AbortSignal;
  /** Pauses between attempts to connect. */
  readonly pausesMs: readonly number[];
}

const maximumRedirects = 3;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** A client that connects only to addresses that the policy allows: those that it checked, so that no second look-up differs. */
export function buildHttpClient(settings: HttpSettings): HttpClient {
  const { policy, authority, silenceSeconds } = settings;
  const silenceMs = silenceSeconds * 1000;
  // one agent for each degree of trust: a look-up is told the name, not the port
  const agentFor = (trusted: boolean): Agent =>
    new Agent({
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      connect: {
        timeout: silenceMs,
        lookup: checkedLookup(settings, trusted),
        ...(authority === undefined ? {} : { ca: [...rootCertificates, authority] }),
      },
    });
  const agents = { trusted: agentFor(true), other: agentFor(false) };

  const attempt = async (request: HttpRequest): Promise<HttpResponse> => {
    const { url, method, headers, body } = request;
    const trusted = policy.isTrusted(url);
    const literal = url.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(literal) !== 0) policy.check(url.host, literal, trusted);
    const dispatcher = trusted ? agents.trusted : agents.other;
    try {
      const { signal } = settings;
      const answer = await send(url, { method, headers, body: body ?? null, dispatcher, signal });
      const header = (name: string): string | undefined => {
        const value = answer.headers[name];
        return typeof value === 'string' ? value : value?.[0];
      };
      // what is left of an answer that nobody reads ends with an error that nobody waits for
      const discard = (): void => void answer.body.on('error', () => {}).destroy();
      return { status: answer.statusCode, url, header, body: withFaults(answer.body, url), discard };
    } catch (error) {
      throw toTransportFault(error, url);
    }
  };

  return {
    send: async (first) => {
      let current = first;
      for (let redirects = 0; redirects <= maximumRedirects; redirects += 1) {
        const request = current;
        const response = await retryConnection(() => attempt(request), settings);
        const location = redirectStatuses.has(response.status) ? response.header('location') : undefined;
        // S3 answers 301 without one
        if (location === undefined) return response;
        response.discard();
        current = { ...current, url: redirectTarget(current, location) };
      }
      throw new FetchError('RedirectRefused', `${first.url.host}: got more than ${maximumRedirects} redirects`);
    },
    close: async () => {
      await Promise.all([agents.trusted.destroy(), agents.other.destroy()]);
    },
  };
}

function checkedLookup({ policy, resolveHost }: HttpSettings, trusted: boolean): LookupFunction {
  const resolveChecked = async (host: string): Promise<LookupAddress[]> => {
    const addresses = await resolveHost(host);
    for (const { address } of addresses) policy.check(host, address, trusted);
    return [...addresses];
  };
  const answer = async (...[host, options, callback]: Parameters<LookupFunction>): Promise<void> => {
    let addresses: LookupAddress[];
    try {
      addresses = await resolveChecked(host);
    } catch (error) {
      return callback(isNativeError(error) ? error : new Error(String(error)), []);
    }
    const [first] = addresses;
    return options.all === true || first === undefined
      ? callback(null, addresses)
      : callback(null, first.address, first.family);
  };
  return (...parameters) => void answer(...parameters);
}

/** Where a redirect leads, if it may be followed. */
function redirectTarget(request: HttpRequest, location: string): URL {
  const { url, method, confidential } = request;
  const refuse = (got: string, allowed: string): FetchError =>
    new FetchError('RedirectRefused', `${url.host}: got a redirect ${got}, allowed ${allowed}; use the final address`);
  if (!URL.canParse(location, url.href)) throw refuse('to no address', 'one to an address');
  const target = new URL(location, url);
  if (method !== 'GET') throw refuse('of a POST', 'none');
  if (target.protocol !== 'https:' && target.protocol !== url.protocol) {
    throw refuse(`to ${target.protocol}//${target.host}`, 'https');
  }
  if (confidential && target.origin !== url.origin) {
    throw refuse(`to ${target.host}`, 'the same host, because the request carries credentials');
  }
  return target;
}

async function* withFaults(body: AsyncIterable<Uint8Array>, url: URL): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw toTransportFault(error, url);
  }
}
