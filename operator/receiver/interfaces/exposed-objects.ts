import { type LambdaAgent, lambdaAgentSchema } from '../../api/index.ts';
import { agentResource, functionResource } from '../../function/known-functions.ts';
import { type CallTarget, parseToolName, readTool, type Tool, type ToolReading } from '../../interfaces/index.ts';
import { isNotFound } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/clock.ts';
import type { StoredObject } from '../../reconcile/known-objects.ts';
import { toRefusal } from '../api-refusal.ts';
import { ExpiringCache } from '../expiring-cache.ts';
import { Refusal } from '../refusal.ts';

/** Functions and agents, as those ask for them that call them. What the API server refuses comes as a Refusal. */
export interface ExposedObjects {
  readonly agent: (target: CallTarget) => Promise<LambdaAgent>;
  /** Tools of these namespaces, or of all, by name. */
  readonly tools: (namespaces: readonly string[] | 'all') => Promise<readonly Tool[]>;
  /** What stands behind the name of a tool. */
  readonly tool: (name: string) => Promise<ToolReading>;
}

export interface ExposedObjectsProps {
  readonly client: Pick<KubeClient, 'get' | 'list'>;
  readonly clock: Clock;
  /** Told of what its author calls a tool and what cannot be one. */
  readonly onWrong: (target: CallTarget, fault: string) => void;
}

const resources = { function: functionResource, agent: agentResource } as const;
const kinds = ['function', 'agent'] as const;

/** One list answers all who ask in that time. */
const maxAgeMs = 5000;
const options = { timeoutMs: 10_000 } as const;
const mostTold = 1000;

/** Reads them from the API server, so that nobody need be awake. Needs get and list on lambdafunctions and lambdaagents. */
export function exposedObjects({ client, clock, onWrong }: ExposedObjectsProps): ExposedObjects {
  const told = new Map<string, string>();
  const lists = new ExpiringCache<readonly Tool[]>({ clock, maxAgeMs, maxEntries: 1000 });
  return {
    agent: async (target) => {
      const stored = await read(target);
      const { data } = lambdaAgentSchema.safeParse(stored);
      if (data !== undefined) return data;
      throw unknown(target);
    },
    tools: async (namespaces) => {
      const places = namespaces === 'all' ? [undefined] : namespaces;
      const lines = await Promise.all(places.map((place) => lists.get(place ?? '', () => list(place)))).catch(refuse);
      return lines.flat().toSorted(byName);
    },
    tool: async (name) => {
      const reference = parseToolName(name);
      if (reference === undefined) return { kind: 'none' };
      for (const kind of kinds) {
        const target = { kind, ...reference };
        const stored = await read(target);
        const reading = stored === undefined ? { kind: 'none' as const } : readTool(target, annotationsOf(stored));
        if (reading.kind !== 'none') return reading;
      }
      return { kind: 'none' };
    },
  };

  /** Undefined where there is none. */
  async function read(target: CallTarget): Promise<StoredObject | undefined> {
    try {
      return await client.get(resources[target.kind], target, options);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw toRefusal(error, target);
    }
  }

  async function list(namespace: string | undefined): Promise<readonly Tool[]> {
    const found = new Map<string, Tool>();
    for (const kind of kinds) {
      for await (const { items } of client.list(resources[kind], { namespace }, options)) {
        // a function goes before an agent of its name, as in a call
        for (const tool of items.flatMap((item) => toTool(kind, item)))
          found.set(tool.name, found.get(tool.name) ?? tool);
      }
    }
    return [...found.values()];
  }

  /** Once for each fault. */
  function tell(target: CallTarget, fault: string): void {
    const { kind, name, namespace } = target;
    const key = `${kind} ${namespace}/${name}`;
    if (told.get(key) === fault) return;
    told.set(key, fault);
    const [oldest] = told.keys();
    if (told.size > mostTold && oldest !== undefined) told.delete(oldest);
    onWrong(target, fault);
  }

  function toTool(kind: CallTarget['kind'], object: StoredObject): readonly Tool[] {
    const { name, namespace = '' } = object.metadata;
    const target = { kind, namespace, name };
    const reading = readTool(target, annotationsOf(object));
    if (reading.kind === 'wrong') tell(reading.target, reading.fault);
    return reading.kind === 'tool' ? [reading.tool] : [];
  }
}

const annotationsOf = ({ metadata }: StoredObject) => metadata.annotations ?? {};

const byName = (one: Tool, other: Tool): number => (one.name < other.name ? -1 : 1);

const refuse = (error: unknown): never => {
  throw toRefusal(error, { namespace: '', name: '' });
};

const unknown = ({ kind, name, namespace }: CallTarget): Refusal =>
  new Refusal('unknown_target', `no ${kind} ${namespace}/${name}`);
