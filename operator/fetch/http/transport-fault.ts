import { isNativeError } from 'node:util/types';
import { FetchError, type FailureReason } from '../failure.ts';

const faultsByCode: Readonly<Record<string, { readonly reason: FailureReason; readonly words: string }>> = {
  ENOTFOUND: { reason: 'Unreachable', words: 'the host name is not known; correct it, or wait for DNS' },
  EAI_AGAIN: { reason: 'Unreachable', words: 'DNS does not answer' },
  ECONNREFUSED: { reason: 'Unreachable', words: 'the connection is refused' },
  ECONNRESET: { reason: 'Truncated', words: 'the connection was reset' },
  EHOSTUNREACH: { reason: 'Unreachable', words: 'there is no route to the host' },
  ENETUNREACH: { reason: 'Unreachable', words: 'there is no route to the network' },
  ETIMEDOUT: { reason: 'TimedOut', words: 'no connection in time' },
  UND_ERR_CONNECT_TIMEOUT: { reason: 'TimedOut', words: 'no connection in time; look for a network policy' },
  UND_ERR_HEADERS_TIMEOUT: { reason: 'TimedOut', words: 'no answer in time' },
  UND_ERR_BODY_TIMEOUT: { reason: 'TimedOut', words: 'the answer stopped' },
  UND_ERR_SOCKET: { reason: 'Truncated', words: 'the connection ended early' },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: { reason: 'Truncated', words: 'the answer has not the announced length' },
};

const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS|ERR_SSL|EPROTO/;

/** What a failed connection means to the author. A FetchError stays what it is; so does what is no error of the network. */
export function toTransportFault(error: unknown, url: URL): unknown {
  if (!isNativeError(error) || error instanceof FetchError) return error;
  const code = codeOf(error);
  const fault = faultsByCode[code];
  if (fault !== undefined) return new FetchError(fault.reason, `${url.host}: ${fault.words}`, { cause: error });
  if (certificateCode.test(code)) {
    const advice = 'correct the certificate, or put its authority as ca.crt into the Secret of the source';
    return new FetchError('CertificateRefused', `${url.host}: ${error.message} (${code}); ${advice}`, { cause: error });
  }
  if (code.startsWith('HPE_') || code.startsWith('UND_ERR_')) {
    return new FetchError('ServerFailed', `${url.host}: the answer is no valid HTTP (${code})`, { cause: error });
  }
  return error;
}

/** Of a list of attempts, one for each address, the first tells. */
function codeOf(error: Error): string {
  const attempts: unknown = 'errors' in error ? error.errors : [];
  const first: unknown = Array.isArray(attempts) ? attempts[0] : undefined;
  if (isNativeError(first)) return codeOf(first);
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
