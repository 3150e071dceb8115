import { createServer, type AddressInfo } from 'node:net';

/** Ports of the loopback interface that are free now; all are held until all are known, so none comes twice. */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => server.port);
  await Promise.all(servers.map((server) => server.close()));
  return ports;
}

function listen(): Promise<{ readonly port: number; close(this: void): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const close = (): Promise<void> => new Promise((closed) => server.close(() => closed()));
      resolve({ port: portOf(server.address()), close });
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
