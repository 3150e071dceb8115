import { z } from 'zod';
import { loginOf, type Logins } from './logins.ts';
import type { ManifestDocument } from '../cluster/committed-manifests.ts';
import { type Management, pathOf } from './management.ts';
import type { Rabbitmq } from './rabbitmq.ts';

const name = z.looseObject({ name: z.string() });

const spec = z.looseObject({
  name: z.string().default(''),
  vhost: z.string().default('/'),
  rabbitmqClusterReference: z.looseObject({ connectionSecret: name.optional() }),
});

const declared = z.looseObject({ spec });

const isDeclared = ({ apiVersion, kind }: ManifestDocument): boolean =>
  apiVersion.startsWith('rabbitmq.com/') && kind !== 'RabbitmqCluster';

/** One call of the management API, as the topology operator makes it for one object: its package `internal`. */
interface Call {
  readonly method: 'PUT' | 'POST';
  readonly path: string;
  readonly body: object;
}

const contents = {
  Vhost: z.looseObject({ defaultQueueType: z.string().optional() }),
  User: z.looseObject({ tags: z.array(z.string()), importCredentialsSecret: name }),
  Permission: z.looseObject({ userReference: name, permissions: z.record(z.string(), z.string()) }),
  Queue: z.looseObject({
    type: z.string(),
    durable: z.boolean(),
    arguments: z.record(z.string(), z.unknown()).default({}),
  }),
  Exchange: z.looseObject({ type: z.string(), durable: z.boolean() }),
  Binding: z.looseObject({ source: z.string(), destination: z.string(), routingKey: z.string() }),
  Policy: z.looseObject({
    pattern: z.string(),
    applyTo: z.string(),
    priority: z.int().default(0),
    definition: z.record(z.string(), z.unknown()),
  }),
} as const;

function callFor(kind: string, given: z.output<typeof spec>, logins: Logins): Call {
  const { vhost, name: own } = given;
  switch (kind) {
    case 'Vhost': {
      const { defaultQueueType } = contents.Vhost.parse(given);
      return { method: 'PUT', path: pathOf('vhosts', own), body: { default_queue_type: defaultQueueType } };
    }
    case 'User': {
      const { tags, importCredentialsSecret } = contents.User.parse(given);
      const { username, password } = loginOf(logins, importCredentialsSecret.name);
      return { method: 'PUT', path: pathOf('users', username), body: { password, tags: tags.join(',') } };
    }
    case 'Queue': {
      const { type, durable, arguments: extra } = contents.Queue.parse(given);
      const body = { durable, auto_delete: false, arguments: { ...extra, 'x-queue-type': type } };
      return { method: 'PUT', path: pathOf('queues', vhost, own), body };
    }
    case 'Exchange': {
      const { type, durable } = contents.Exchange.parse(given);
      return { method: 'PUT', path: pathOf('exchanges', vhost, own), body: { type, durable, auto_delete: false } };
    }
    case 'Binding': {
      const { source, destination, routingKey } = contents.Binding.parse(given);
      const path = pathOf('bindings', vhost, 'e', source, 'q', destination);
      return { method: 'POST', path, body: { routing_key: routingKey, arguments: {} } };
    }
    case 'Policy':
    case 'OperatorPolicy': {
      const { pattern, applyTo, priority, definition } = contents.Policy.parse(given);
      const path = pathOf(kind === 'Policy' ? 'policies' : 'operator-policies', vhost, own);
      return { method: 'PUT', path, body: { pattern, 'apply-to': applyTo, priority, definition } };
    }
    default:
      throw new Error(`got kind ${kind}; say how the topology operator declares it`);
  }
}

export interface Broker extends Pick<Rabbitmq, 'administrator' | 'as'> {
  readonly logins: Logins;
}

/** Who declares an object: the user of its connection Secret, or the administrator of the cluster that it names. */
function declarer({ administrator, as, logins }: Broker, given: z.output<typeof spec>): Management {
  const { connectionSecret } = given.rabbitmqClusterReference;
  return connectionSecret === undefined ? administrator : as(loginOf(logins, connectionSecret.name));
}

/** A permission names an object of kind User; the broker knows the user of its Secret. */
function permissionCall(given: z.output<typeof spec>, users: ReadonlyMap<string, string>): Call {
  const { userReference, permissions } = contents.Permission.parse(given);
  const user = users.get(userReference.name) ?? '';
  return { method: 'PUT', path: pathOf('permissions', given.vhost, user), body: permissions };
}

function usersOf(objects: readonly ManifestDocument[], logins: Logins): ReadonlyMap<string, string> {
  return new Map(
    objects
      .filter(({ kind }) => kind === 'User')
      .map((user) => {
        const { importCredentialsSecret } = contents.User.parse(declared.parse(user).spec);
        return [user.metadata.name, loginOf(logins, importCredentialsSecret.name).username];
      }),
  );
}

/** Declares one object; what the broker refused, in one line. */
async function declare(broker: Broker, object: ManifestDocument, users: ReadonlyMap<string, string>) {
  const given = declared.parse(object).spec;
  const call = object.kind === 'Permission' ? permissionCall(given, users) : callFor(object.kind, given, broker.logins);
  const { status, body } = await declarer(broker, given).request(call.method, call.path, call.body);
  return status < 300 ? [] : [`${object.kind} ${object.metadata.name}: ${status} ${JSON.stringify(body)}`];
}

/**
 * Declares every object, one after the other or all at once, until the broker has taken all.
 * What it still refuses after as many rounds as there are objects.
 */
export async function declareAll(
  broker: Broker,
  manifests: readonly ManifestDocument[],
  pace: 'in turn' | 'at once' = 'in turn',
): Promise<readonly string[]> {
  const objects = manifests.filter(isDeclared);
  const users = usersOf(objects, broker.logins);
  let refused: readonly string[] = [];
  for (const _ of objects) {
    refused = await (pace === 'at once' ? atOnce : inTurn)(objects, (object) => declare(broker, object, users));
    if (refused.length === 0) return [];
  }
  return refused;
}

type Step = (object: ManifestDocument) => Promise<readonly string[]>;

async function inTurn(objects: readonly ManifestDocument[], step: Step): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const object of objects) refused.push(...(await step(object)));
  return refused;
}

async function atOnce(objects: readonly ManifestDocument[], step: Step): Promise<readonly string[]> {
  return (await Promise.all(objects.map(step))).flat();
}
