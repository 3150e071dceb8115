import { ApiError, ConnectionError, isForbidden, isNotFound, isTooManyRequests, isUnauthorized } from './api-error.ts';
import { messageOf } from './error-message.ts';
import { apiVersionOf, nameOf } from './resource-path.ts';
import type { Resource } from './resource.ts';

const certificateCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** One line for people: which watch does not get on, what was said, and what to do where that is known. */
export function describeFault(resource: Resource, namespace: string | undefined, error: unknown): string {
  const where = `${nameOf(resource)}${namespace === undefined ? '' : ` in ${namespace}`}`;
  const advice = adviceFor(resource, namespace, error);
  return `${where}: ${messageOf(error)}${advice === undefined ? '' : `; ${advice}`}`;
}

function adviceFor(resource: Resource, namespace: string | undefined, error: unknown): string | undefined {
  if (error instanceof ApiError) return adviceForRefusal(resource, namespace, error);
  if (!(error instanceof ConnectionError)) return undefined;
  return certificateCodes.has(error.code)
    ? 'the server is not the one that the CA of the connection vouches for: check the CA and the address'
    : undefined;
}

function adviceForRefusal(resource: Resource, namespace: string | undefined, error: ApiError): string | undefined {
  if (isUnauthorized(error)) return 'the token is expired or of another cluster: renew the credentials';
  if (isForbidden(error)) {
    const scope = namespace === undefined ? 'a ClusterRole' : `a Role in ${namespace}`;
    return `grant get, list and watch on ${nameOf(resource)} by ${scope}`;
  }
  if (isNotFound(error)) {
    return `the server serves no ${resource.plural} in ${apiVersionOf(resource)}: install the CustomResourceDefinition of ${resource.kind}`;
  }
  return isTooManyRequests(error) ? 'the server is busy, the next attempt comes when it asks for it' : undefined;
}
