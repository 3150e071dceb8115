import { toRefusal, unavailable } from './api-refusal.ts';
import { type BrokerKeys, type BrokerPath, isBrokerPath } from './broker-path.ts';
import { Refusal } from './refusal.ts';
import { anonymousUser, brokerAccount, type Sender, serviceAccountUser } from './sender.ts';
import { signatureHeader, type SignedRequest, type SigningKey, verifySignature } from './signature.ts';
import type { ReviewToken } from './token-review.ts';

/** A request of which nobody has said yet who sends it. */
export interface UnknownRequest extends SignedRequest {
  /** Parts of the path that only a namespace's Broker knows; undefined on any other path. */
  readonly broker: BrokerPath | undefined;
}

export interface AuthenticationProps {
  readonly reviewToken: ReviewToken;
  /** Read at each request: they are files that may change. */
  readonly signingKeys: () => readonly SigningKey[];
  readonly brokerKeys: () => BrokerKeys;
  /** Domain of mesh identities such as `cluster.local`; undefined where no proxy strips `l5d-` headers of others. */
  readonly meshDomain: string | undefined;
  readonly allowAnonymous: boolean;
  readonly today: () => Date;
}

/** Says who sends a request. Rejects with a Refusal: a proof that is wrong is never taken for none. */
export type Authenticate = (request: UnknownRequest) => Promise<Sender>;

const meshHeader = 'l5d-client-id';

export function authenticateBy(props: AuthenticationProps): Authenticate {
  return async (request) => {
    const { broker, headers } = request;
    if (broker !== undefined) return brokerOf(broker, props.brokerKeys());
    if (headers['authorization'] !== undefined) return tokenOf(headers['authorization'], props.reviewToken);
    if (headers[signatureHeader] !== undefined) return signerOf(request, props);
    const identity = headers[meshHeader];
    if (props.meshDomain !== undefined && identity !== undefined) return meshOf(identity, props.meshDomain);
    if (props.allowAnonymous) return { kind: 'anonymous', user: anonymousUser };
    throw refuse('send a token of a ServiceAccount, or a signature');
  };
}

const refuse = (message: string): Refusal => new Refusal('unauthenticated', message);

/** Not 401 but 503: after a rotation a Broker may know more than this replica, and what is refused with 4xx it drops. */
function brokerOf(path: BrokerPath, keys: BrokerKeys): Sender {
  const { namespace } = path;
  if (!isBrokerPath(keys, path)) throw unavailable('the path is of no Broker that is known', undefined);
  return { kind: 'broker', namespace, user: serviceAccountUser(namespace, brokerAccount) };
}

/** RFC 6750, section 2.1. */
export const isBearerToken = (text: string): boolean => bearerToken(`bearer ${text}`) === text;

/** What stands in the header authorization; undefined for anything else than one bearer token. */
export function bearerToken(header: string | readonly string[] | undefined): string | undefined {
  const pattern = /^bearer +(?<token>[\w.~+/-]{1,8192}=*)$/i;
  return typeof header === 'string' ? pattern.exec(header)?.groups?.['token'] : undefined;
}

async function tokenOf(header: string | readonly string[], review: ReviewToken): Promise<Sender> {
  const token = bearerToken(header);
  if (token === undefined) throw refuse('the header authorization holds no bearer token');
  const user = await review(token).catch((error: unknown) => {
    throw toRefusal(error, { namespace: '', name: '' });
  });
  if (user === undefined) throw refuse('the token is expired, of another audience, or of nobody');
  return { kind: 'token', user };
}

function signerOf(request: SignedRequest, { signingKeys, today }: AuthenticationProps): Sender {
  const key = verifySignature(request, signingKeys(), today().getTime());
  if (key === undefined) throw refuse('the signature is wrong, of no known key, or older than five minutes');
  return { kind: 'signature', keyId: key.id, user: key.user };
}

/** `<account>.<namespace>.serviceaccount.identity.linkerd.<domain>`. */
function meshOf(identity: string | readonly string[], domain: string): Sender {
  const suffix = `.serviceaccount.identity.linkerd.${domain}`;
  const text = typeof identity === 'string' && identity.endsWith(suffix) ? identity.slice(0, -suffix.length) : '';
  const { account, namespace } = /^(?<account>[a-z0-9.-]+)\.(?<namespace>[a-z0-9-]+)$/.exec(text)?.groups ?? {};
  if (account === undefined || namespace === undefined) throw refuse('the mesh names no ServiceAccount');
  return { kind: 'mesh', user: serviceAccountUser(namespace, account) };
}
