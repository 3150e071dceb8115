import type { CallTarget, Tool, ToolPage } from '../../interfaces/index.ts';
import type { ReviewAccess } from '../access-review.ts';
import { toRefusal } from '../api-refusal.ts';
import { Refusal } from '../refusal.ts';
import type { Sender } from '../sender.ts';

export interface CallerRightsProps {
  readonly reviewAccess: ReviewAccess;
  /** Whether functions of a namespace are served. */
  readonly serves: (namespace: string) => boolean;
}

/** What a caller may call: what its Kubernetes identity may get, as of an event that asks for a call. */
export interface CallerRights {
  /** Rejects with a Refusal where the caller may not. */
  readonly require: (sender: Sender, target: CallTarget) => Promise<void>;
  readonly has: (sender: Sender, target: CallTarget) => Promise<boolean>;
  /** Those of some tools, which stand by name, that the caller may call, from the first after a name. */
  readonly page: (sender: Sender, tools: readonly Tool[], after: string) => Promise<ToolPage>;
}

/** Rights that are looked up for one page. */
const pageSize = 100;

const resources = { function: 'lambdafunctions', agent: 'lambdaagents' } as const;

export function callerRights({ reviewAccess, serves }: CallerRightsProps): CallerRights {
  const review = (sender: Sender, target: CallTarget, name: string): Promise<boolean> =>
    reviewAccess(sender.user, 'get', { namespace: target.namespace, name }, resources[target.kind]).catch(
      (error: unknown) => {
        throw toRefusal(error, target);
      },
    );

  /** Most have a right on all of a namespace, which is asked for once. */
  const has = async (sender: Sender, target: CallTarget): Promise<boolean> =>
    serves(target.namespace) && ((await review(sender, target, '')) || review(sender, target, target.name));

  return {
    has,
    require: async (sender, target) => {
      if (await has(sender, target)) return;
      const { kind, name, namespace } = target;
      throw new Refusal('forbidden', `${sender.user.username} may not call ${kind} ${namespace}/${name}`);
    },
    page: async (sender, tools, after) => {
      const rest = tools.filter(({ name }) => name > after);
      const looked = rest.slice(0, pageSize);
      const allowed = await Promise.all(looked.map(({ target }) => has(sender, target)));
      return {
        tools: looked.filter((_, index) => allowed[index]),
        next: rest.length > pageSize ? looked.at(-1)?.name : undefined,
      };
    },
  };
}
