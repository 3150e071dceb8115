import type { ReviewAccess } from './access-review.ts';
import { toRefusal } from './api-refusal.ts';
import type { FunctionReference } from './command.ts';
import type { Authorize } from './commands.ts';
import type { AuthorizeLetters } from './dead-letters/routes.ts';
import type { AuthorizeRoute } from './event-router.ts';
import { Refusal } from './refusal.ts';
import type { Sender } from './sender.ts';

export interface AuthorizationProps {
  readonly reviewAccess: ReviewAccess;
  /** Whether functions of a namespace are served. */
  readonly serves: (namespace: string) => boolean;
}

/** Says without a question to anybody where a sender may do nothing. Throws a Refusal. */
export type Admit = (sender: Sender, target: FunctionReference) => void;

/** Only where functions are served, and a Broker only to the Broker's own namespace. */
export function admitBy({ serves }: Pick<AuthorizationProps, 'serves'>): Admit {
  return (sender, { namespace }) => {
    if (!serves(namespace)) throw forbid(`namespace ${namespace} is not served`);
    if (sender.kind === 'broker' && sender.namespace !== namespace) {
      throw forbid(
        `the Broker of ${sender.namespace} commands functions of ${sender.namespace} only, not of ${namespace}`,
      );
    }
  };
}

/** What a sender may do where it is admitted: what its Kubernetes identity may. */
export function authorizeBy({ reviewAccess, serves }: AuthorizationProps, sender: Sender): Authorize {
  const admit = admitBy({ serves });
  return async (verb, target) => {
    const { name, namespace } = target;
    admit(sender, target);
    const isAllowed = await reviewAccess(sender.user, verb, target).catch((error: unknown) => {
      throw toRefusal(error, target);
    });
    if (!isAllowed) throw forbid(`${sender.user.username} may not ${verb} function ${namespace}/${name}`);
  };
}

/** Who may see, replay and purge dead letters: a right of its own, so that it is given apart from that on functions. */
export function authorizeLettersBy({ reviewAccess }: Pick<AuthorizationProps, 'reviewAccess'>): AuthorizeLetters {
  return async (sender, verb, namespace) => {
    const target = { namespace, name: '' };
    const isAllowed = await reviewAccess(sender.user, verb, target, 'lambdafunctions/deadletters').catch(
      (error: unknown) => {
        throw toRefusal(error, target);
      },
    );
    if (!isAllowed) throw forbid(`${sender.user.username} may not ${verb} dead letters of namespace ${namespace}`);
  };
}

/** Who may tell of alerts: a right that only RBAC knows, in the namespace whose Broker hears of them. */
export function authorizeAlertsBy(
  { reviewAccess }: Pick<AuthorizationProps, 'reviewAccess'>,
  namespace: string,
): (sender: Sender) => Promise<void> {
  const target = { namespace, name: '' };
  return async (sender) => {
    const isAllowed = await reviewAccess(sender.user, 'create', target, 'lambdafunctions/alerts').catch(
      (error: unknown) => {
        throw toRefusal(error, target);
      },
    );
    if (!isAllowed) throw forbid(`${sender.user.username} may not create alerts in namespace ${namespace}`);
  };
}

/**
 * Which intents a sender may have served: who proves an identity needs the right to get the target, and a Broker is one
 * that the intent takes events from, by default that of the target's namespace.
 */
export function authorizeRouteBy({ reviewAccess, serves }: AuthorizationProps): AuthorizeRoute {
  return async (sender, { from, target }) => {
    const { kind, name, namespace } = target;
    if (!serves(namespace)) throw forbid(`namespace ${namespace} is not served`);
    if (sender.kind === 'broker') {
      const allowed = from ?? [namespace];
      if (allowed.includes('*') || allowed.includes(sender.namespace)) return;
      throw forbid(`the intent takes events of ${allowed.join(', ')}, not of ${sender.namespace}`);
    }
    const resource = kind === 'agent' ? 'lambdaagents' : 'lambdafunctions';
    const isAllowed = await reviewAccess(sender.user, 'get', target, resource).catch((error: unknown) => {
      throw toRefusal(error, target);
    });
    if (!isAllowed) throw forbid(`${sender.user.username} may not get ${kind} ${namespace}/${name}`);
  };
}

const forbid = (message: string): Refusal => new Refusal('forbidden', message);
