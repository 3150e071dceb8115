import { z } from 'zod';
import { group } from '../api/index.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { Resource } from '../kube/resource.ts';
import type { FunctionReference } from './command.ts';
import type { Verb } from './commands.ts';
import type { LetterVerb } from './dead-letters/routes.ts';
import { ExpiringCache } from './expiring-cache.ts';
import type { User } from './sender.ts';

/** What a user may be allowed to do something to. */
export type ReviewedResource =
  | 'lambdafunctions'
  | 'lambdafunctions/deadletters'
  | 'lambdafunctions/alerts'
  | 'lambdaagents';

/** Whether RBAC lets a user do this to a function, dead letters, alerts or an agent; no name means all. Rejects when nobody can say. */
export type ReviewAccess = (
  user: User,
  verb: Verb | LetterVerb,
  target: FunctionReference,
  resource?: ReviewedResource,
) => Promise<boolean>;

/** That of the namespace, so that the receiver needs the right only where it serves. */
const accessReviews: Resource = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  namespaced: true,
};

const answer = z.looseObject({
  status: z.looseObject({ allowed: z.boolean().default(false), denied: z.boolean().default(false) }),
});

interface Question {
  readonly verb: Verb | LetterVerb;
  readonly resource: ReviewedResource;
  readonly target: FunctionReference;
}

/** Longer than this a right that was taken away is still believed. */
const maxAgeMs = 10_000;

/** Asks the API server, and believes an answer for ten seconds. Needs create on localsubjectaccessreviews. */
export function reviewAccess(client: Pick<KubeClient, 'review'>, clock: Clock): ReviewAccess {
  const known = new ExpiringCache<boolean>({ clock, maxAgeMs, maxEntries: 10_000 });
  return (user, verb, target, resource = 'lambdafunctions') =>
    known.get(JSON.stringify([user.username, user.groups, verb, resource, target.namespace, target.name]), () =>
      review(user, { verb, resource, target }),
    );

  async function review(user: User, { resource: reviewed, target, verb }: Question): Promise<boolean> {
    const { name, namespace } = target;
    const [resource = '', subresource = ''] = reviewed.split('/');
    // a right to create cannot be limited to names
    const resourceAttributes = {
      group,
      resource,
      subresource,
      verb,
      namespace,
      name: verb === 'create' ? '' : name,
    };
    const spec = { user: user.username, groups: user.groups, resourceAttributes };
    const { status } = answer.parse(await client.review(accessReviews, { namespace, spec }));
    return status.allowed && !status.denied;
  }
}
