import { z } from 'zod';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import type { Output } from './output.ts';
import { namespaced, type Reference } from './reference.ts';

const objectReference = z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string().optional() });
const named = z.looseObject({ name: z.string() });

const broker = z.looseObject({
  spec: z.looseObject({
    config: objectReference,
    delivery: z.looseObject({ deadLetterSink: z.looseObject({ ref: objectReference }).optional() }),
  }),
});

const connected = z.looseObject({
  spec: z.looseObject({
    rabbitmqClusterReference: z.looseObject({
      name: z.string().optional(),
      namespace: z.string().optional(),
      connectionSecret: named.optional(),
    }),
  }),
});

/** What a Broker, its configuration and the objects of RabbitMQ name in others. */
export function collectBrokerReferences(manifests: readonly Manifest[]): readonly Reference[] {
  return [
    ...ofKind(manifests, 'Broker').flatMap(brokerReferences),
    ...ofKind(manifests, 'RabbitmqBrokerConfig').flatMap((config) => [
      ...connectionReferences(config),
      ...vhostReferences(config),
    ]),
    ...manifests.filter(isDeclared).flatMap((one) => [...connectionReferences(one), ...contentReferences(one)]),
  ];
}

function brokerReferences(manifest: Manifest): readonly Reference[] {
  const { config, delivery } = broker.parse(manifest).spec;
  const sink = delivery.deadLetterSink === undefined ? [] : [delivery.deadLetterSink.ref];
  return [config, ...sink].map(({ kind, name, namespace }) => ({
    from: nameOf(manifest),
    kind,
    name: namespaced(namespace ?? manifest.metadata.namespace, name),
  }));
}

/** A Broker that drops an event at its first failure: without a sink eventing-rabbitmq keeps nothing. */
export function brokerFaults({ manifests }: Output): readonly string[] {
  return ofKind(manifests, 'Broker')
    .filter((manifest) => broker.parse(manifest).spec.delivery.deadLetterSink === undefined)
    .map(
      (manifest) =>
        `${nameOf(manifest)}: got no delivery.deadLetterSink, allowed a Service that keeps dead letters; name it`,
    );
}

/** Objects of the topology operator: all kinds of its group but the cluster itself. */
function isDeclared({ apiVersion, kind }: Manifest): boolean {
  return apiVersion.startsWith('rabbitmq.com/') && kind !== 'RabbitmqCluster';
}

function connectionReferences(manifest: Manifest): readonly Reference[] {
  const { rabbitmqClusterReference: to } = connected.parse(manifest).spec;
  const namespace = to.namespace ?? manifest.metadata.namespace;
  const from = nameOf(manifest);
  return to.connectionSecret === undefined
    ? [{ from, kind: 'RabbitmqCluster', name: namespaced(namespace, to.name ?? '') }]
    : [{ from, kind: 'Secret', name: namespaced(namespace, to.connectionSecret.name) }];
}

const content = z.looseObject({
  spec: z.looseObject({
    name: z.string().optional(),
    vhost: z.string().optional(),
    importCredentialsSecret: named.optional(),
    userReference: named.optional(),
    source: z.string().optional(),
    destination: z.string().optional(),
    arguments: z.looseObject({ 'x-dead-letter-exchange': z.string().optional() }).default({}),
    definition: z.looseObject({ 'dead-letter-exchange': z.string().optional() }).default({}),
  }),
});

/** Kinds of reference to a name inside the broker, which no object of the cluster has. */
const inBroker = { vhost: 'vhost of RabbitMQ', queue: 'queue of RabbitMQ', exchange: 'exchange of RabbitMQ' } as const;

/** The vhost that RabbitMQ makes at its first start. */
const firstVhost = '/';

function vhostReferences(manifest: Manifest): readonly Reference[] {
  const { vhost } = content.parse(manifest).spec;
  return vhost === undefined || vhost === firstVhost
    ? []
    : [{ from: nameOf(manifest), kind: inBroker.vhost, name: vhost }];
}

function contentReferences(manifest: Manifest): readonly Reference[] {
  const { vhost = firstVhost, ...spec } = content.parse(manifest).spec;
  const { namespace } = manifest.metadata;
  const rows: readonly (readonly [kind: string, name: string | undefined])[] = [
    ['Secret', spec.importCredentialsSecret && namespaced(namespace, spec.importCredentialsSecret.name)],
    ['User', spec.userReference && namespaced(namespace, spec.userReference.name)],
    [inBroker.exchange, inside(vhost, spec.source)],
    [inBroker.queue, inside(vhost, spec.destination)],
    [inBroker.exchange, inside(vhost, spec.arguments['x-dead-letter-exchange'])],
    [inBroker.exchange, inside(vhost, spec.definition['dead-letter-exchange'])],
  ];
  const from = nameOf(manifest);
  return [
    ...vhostReferences(manifest),
    ...rows.flatMap(([kind, name]) => (name === undefined ? [] : [{ from, kind, name }])),
  ];
}

const inside = (vhost: string, name: string | undefined): string | undefined =>
  name === undefined ? undefined : `${vhost} ${name}`;

/** What an object makes inside the broker, as references name it. */
export function keysInBroker(manifest: Manifest): readonly string[] {
  if (!isDeclared(manifest)) {
    return [];
  }
  const { name, vhost = firstVhost } = content.parse(manifest).spec;
  switch (manifest.kind) {
    case 'Vhost':
      return [`${inBroker.vhost} ${name}`];
    case 'Queue':
      return [`${inBroker.queue} ${vhost} ${name}`];
    case 'Exchange':
      return [`${inBroker.exchange} ${vhost} ${name}`];
    default:
      return [];
  }
}
