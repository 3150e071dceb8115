import { z } from 'zod';
import { hashOf } from '../specs/applied-object.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { Resource } from '../kube/resource.ts';
import { ExpiringCache } from './expiring-cache.ts';
import { RateLimiter } from './rate-limiter.ts';
import { Refusal } from './refusal.ts';
import type { User } from './sender.ts';

/** Says whose a token is; undefined for one that proves nothing here. Rejects when nobody can say, with a Refusal while too many prove nothing. */
export type ReviewToken = (token: string) => Promise<User | undefined>;

const tokenReviews: Resource = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
};

const answer = z.looseObject({
  status: z.looseObject({
    authenticated: z.boolean().default(false),
    audiences: z.array(z.string()).default([]),
    // empty where the token is nobody's here
    user: z.looseObject({ username: z.string().default(''), groups: z.array(z.string()).default([]) }).optional(),
  }),
});

export interface TokenReviewProps {
  readonly client: Pick<KubeClient, 'review'>;
  readonly clock: Clock;
  /** That tokens must be made for. */
  readonly audience: string;
}

/** Thrown instead of a user, so that it is not kept as one. */
const nobody = new Error('a token of nobody');

/** Longer than this a token that was revoked is still believed. */
const maxAgeMs = 60_000;

/** Tokens of nobody that are looked at. Above it only tokens are taken that are known, so that the API server is left in peace. */
const strangerRate = { perSecond: 20, burst: 200 };

/** Asks the API server about tokens, and believes an answer for a minute. Needs create on tokenreviews. */
export function reviewTokens({ audience, client, clock }: TokenReviewProps): ReviewToken {
  // those of nobody are kept apart, as they must not crowd out the others
  const known = new ExpiringCache<User>({ clock, maxAgeMs, maxEntries: 10_000 });
  const strangers = new ExpiringCache<undefined>({ clock, maxAgeMs, maxEntries: 10_000 });
  const limiter = new RateLimiter(strangerRate, clock);
  return async (token) => {
    // by hash: a dump of memory or of a core holds no token longer than its request
    const hash = hashOf(token, 64);
    if (strangers.has(hash)) return undefined;
    try {
      return await known.get(hash, () => reviewUnknown(token));
    } catch (error) {
      if (error !== nobody) throw error;
      return strangers.get(hash, () => Promise.resolve(undefined));
    }
  };

  async function reviewUnknown(token: string): Promise<User> {
    const retryAfterMs = limiter.wait('');
    if (retryAfterMs > 0) {
      throw new Refusal('rate_limit_exceeded', 'too many tokens of nobody; send again later', { retryAfterMs });
    }
    const user = await review(token);
    if (user !== undefined) return user;
    limiter.take('');
    throw nobody;
  }

  async function review(token: string): Promise<User | undefined> {
    const { status } = answer.parse(await client.review(tokenReviews, { spec: { token, audiences: [audience] } }));
    // a server that knows no audiences names none
    return status.authenticated && status.audiences.includes(audience) ? status.user : undefined;
  }
}
