import { createServer } from 'node:net';

/** Below those that kernels give to connections: no connection takes one, or meets itself while nobody listens yet. */
const lowest = 10_000;
const highest = 32_000;
/** Each process of jest has ports of its own, so that none gives away what another is about to take. */
const processes = 16;
const slots = Math.floor((highest - lowest) / processes);
const ownSlot = Number(process.env['JEST_WORKER_ID'] ?? '0') % processes;

let next = Math.floor(Math.random() * slots);

/** Ports of the loopback interface that are free now, and that this process has not given out lately. */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let tried = 0; ports.length < count; tried++) {
    if (tried > slots) throw new Error(`ports ${lowest} to ${highest}: ${count} are not free`);
    next = (next + 1) % slots;
    const port = lowest + next * processes + ownSlot;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** On all interfaces, as a program may listen on any. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
