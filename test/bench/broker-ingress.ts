import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { ConfirmChannel, Options } from 'amqplib';
import { z } from 'zod';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { openConnection, publishConfirmed } from '../broker/amqp.ts';
import { generateLogins, loginOf } from '../broker/logins.ts';
import { startRabbitmq } from '../broker/rabbitmq.ts';
import { declareAll } from '../broker/topology-operator.ts';
import { readManifests } from '../cluster/committed-manifests.ts';

/** What a Broker's ingress writes of an event. */
export interface Published {
  readonly content: Buffer;
  readonly options: Options.Publish;
}

const attributes = z.looseObject({ type: z.string(), source: z.string(), subject: z.string() });
const [exchange, queue] = ['bench-broker', 'bench-trigger'] as const;

/** A RabbitMQ with the objects of an environment, and those of a Broker and a Trigger, as Knative declares them. */
export async function startBroker(subject: string) {
  const environment = findEnvironment(readEnvironments(), 'dev');
  const rabbitmq = await startRabbitmq();
  const logins = generateLogins(environment);
  const refused = await declareAll({ ...rabbitmq, logins }, readManifests(environment.name));
  if (refused.length > 0) throw new Error(`RabbitMQ refused ${refused.join('; ')}`);
  const login = loginOf(logins, 'rabbitmq-credentials');
  const place = { port: rabbitmq.amqpPort, vhost: environment.rabbitmq.vhost, login };
  const connections = await Promise.all([openConnection(place), openConnection(place)]);
  const [ingress, bare] = await Promise.all(connections.map((connection) => connection.createConfirmChannel()));
  if (ingress === undefined || bare === undefined) throw new Error('no channel of RabbitMQ is open');
  await ingress.assertExchange(exchange, 'headers', { durable: true });
  await ingress.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await ingress.bindQueue(queue, exchange, '', { 'x-match': 'all', subject });
  return {
    ingress,
    bare,
    /** How many events the Trigger's queue held; it holds none then. */
    takeAll: async (): Promise<number> => (await bare.purgeQueue(queue)).messageCount,
    stop: async (): Promise<void> => {
      await Promise.all(connections.map((connection) => connection.close()));
      await rabbitmq.stop();
    },
  };
}

/** Resolves once RabbitMQ has confirmed the event. */
export const publishEvent = (channel: ConfirmChannel, { content, options }: Published): Promise<void> =>
  publishConfirmed(channel, { exchange, routingKey: '' }, content, options);

/** By the rules of eventing-rabbitmq (`cmd/ingress/main.go`): 202 once the event is confirmed. */
export async function startIngress(channel: ConfirmChannel) {
  let last: Published | undefined;
  const server = createServer((request, response) => {
    const answer = (status: number): unknown => response.writeHead(status).end();
    readEvent(request)
      .then((event) => publishEvent(channel, (last = event)))
      .then(
        () => answer(202),
        () => answer(500),
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port, last: () => last, stop };
}

async function readEvent(request: IncomingMessage): Promise<Published> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.iterator()) chunks.push(z.instanceof(Buffer).parse(chunk));
  const content = Buffer.concat(chunks);
  const { source, subject, type } = attributes.parse(JSON.parse(content.toString()));
  return { content, options: { headers: { type, source, subject } } };
}
