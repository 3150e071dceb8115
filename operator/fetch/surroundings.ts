import type { HttpClient } from './http/client.ts';
import type { Secrets } from './secrets.ts';

/** All that a source needs of the world. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  readonly now: () => Date;
  /** Ends everything, with the reason as its fault. */
  readonly signal: AbortSignal;
  /** Reaches what the policy allows. @param authority PEM to trust beside the public ones */
  readonly connect: (authority?: string) => HttpClient;
  /** Whether the environment vouches for the host. */
  readonly isTrusted: (url: URL) => boolean;
  /** Reaches what the platform gives to the pod as its identity, link-local addresses included; never an author's address. */
  readonly identityClient: HttpClient;
}
