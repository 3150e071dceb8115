import type { ChannelModel } from 'amqplib';

/** Closes a connection. One that is lost before the broker has answered gets no answer: it tells its end by its event. */
export async function closeConnection(connection: ChannelModel): Promise<void> {
  const ended = new Promise<void>((resolve) => connection.once('close', () => resolve()));
  // one that is closed already refuses
  await Promise.race([ended, connection.close()]).catch(() => {});
}
