import { ApiError, isNotFound } from '../kube/api-error.ts';
import type { ApplyConfiguration } from '../kube/client.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Resource } from '../kube/resource.ts';
import { type Broker, brokerResource, buildNamespaceBroker } from '../specs/broker.ts';
import { manager } from '../specs/ownership.ts';
import { buildNamespaceBrokerConfig, rabbitmqBrokerConfigResource } from '../specs/rabbitmq-broker-config.ts';
import { buildServiceAccount, serviceAccountResource } from '../specs/service-account.ts';
import { isRefusal } from './deploy.ts';
import type { FunctionPass } from './pass.ts';

/** Whether what functions need in their namespace is made here, and not by the charts. */
function isOurs({ function: { metadata }, settings }: FunctionPass): boolean {
  return settings.namespaces.kind === 'operator' && !settings.namespaces.ofCharts.includes(metadata.namespace);
}

/** Makes the accounts of functions and builds in a namespace that has none. */
export async function ensureAccounts(pass: FunctionPass): Promise<void> {
  const { caches, function: fn, settings } = pass;
  const { serviceAccounts } = caches;
  if (serviceAccounts === undefined || !isOurs(pass)) return;
  const { namespace } = fn.metadata;
  const accounts = [['function', settings.serving.serviceAccountName] as const];
  const builder = ['builder', settings.builds.pod.serviceAccountName] as const;
  for (const [use, name] of fn.spec.source.type === 'image' ? accounts : [...accounts, builder]) {
    if (serviceAccounts.cache.get(`${namespace}/${name}`) !== undefined) continue;
    const account = buildServiceAccount({ name, namespace, use, pullSecret: undefined, roleArn: undefined });
    // what is refused here is said again of the pods that name it
    await unlessRefused(() => create(pass, serviceAccounts.name, serviceAccountResource, account));
  }
}

/** Makes the Broker of a namespace that has none, and where it keeps its events. Undefined where that is up to others. */
export async function ensureBroker(pass: FunctionPass, name: string): Promise<Broker | ApiError | undefined> {
  const { caches, client, function: fn, settings } = pass;
  const { eventing, namespaces } = settings;
  const { deadLetterSink } = eventing;
  if (!isOurs(pass) || namespaces.kind !== 'operator' || name !== eventing.broker) return undefined;
  if (namespaces.rabbitmq === undefined || deadLetterSink === undefined) return undefined;
  const { namespace } = fn.metadata;
  const config = buildNamespaceBrokerConfig(namespace, namespaces.rabbitmq);
  const broker = buildNamespaceBroker(name, namespace, deadLetterSink);
  return unlessRefused(async () => {
    await client.apply(rabbitmqBrokerConfigResource, config, optionsOf(pass));
    return create(pass, caches.brokers.name, brokerResource, broker);
  });
}

const optionsOf = ({ context }: FunctionPass) => ({ fieldManager: manager, force: true, signal: context.signal });

function create<T extends KubernetesObject>(
  pass: FunctionPass,
  informer: string,
  resource: Resource<T>,
  object: ApplyConfiguration<T>,
): Promise<T> {
  const { client, context } = pass;
  const { name, namespace } = object.metadata;
  return context.creating(`${informer} ${namespace}/${name}`, () => client.apply(resource, object, optionsOf(pass)));
}

/** A kind that is not there is refused too. */
async function unlessRefused<T>(send: () => Promise<T>): Promise<T | ApiError> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof ApiError && (isRefusal(error) || isNotFound(error))) return error;
    throw error;
  }
}
