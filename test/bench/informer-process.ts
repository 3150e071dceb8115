import { z } from 'zod';
import { KubeClient } from '../../operator/kube/client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { bearerToken } from '../../operator/kube/connection.ts';
import { Informers } from '../../operator/kube/informers.ts';
import type { Resource } from '../../operator/kube/resource.ts';

/** What the process that is measured reads from stdin. */
const orderSchema = z.object({ server: z.string(), ca: z.string(), authorization: z.string(), idleMs: z.number() });

interface Report {
  readonly objects: number;
  /** Time of the same pages, read and thrown away. */
  readonly readSeconds: number;
  readonly syncSeconds: number;
  readonly syncCpuSeconds: number;
  readonly heapBytesEach: number;
  readonly idleResidentBytes: number;
  /** After a collection. */
  readonly residentBytes: number;
  /** The most until the cache was filled. */
  readonly largestResidentBytes: number;
  readonly idleCpuShare: number;
}

const configMaps: Resource = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const namespace = 'bench';

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
};

function collected(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage();
}

async function readPages({ server, ca, authorization }: z.output<typeof orderSchema>): Promise<void> {
  const { Pool } = await import('undici');
  const pool = new Pool(server, { connect: { ca } });
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const headers = { authorization, accept: 'application/json' };
  for (let next: string | undefined = ''; next !== undefined;) {
    const query = new URLSearchParams({ limit: '500', ...(next === '' ? {} : { continue: next }) });
    const { body } = await pool.request({ method: 'GET', path: `${path}?${query.toString()}`, headers });
    next = /"continue":"([^"]+)"/.exec((await body.text()).slice(0, 1000))?.[1];
  }
  await pool.close();
}

async function measure(order: z.output<typeof orderSchema>): Promise<Report> {
  const { server, ca, authorization } = order;
  const credentials = bearerToken(authorization.replace('Bearer ', ''));
  const client = new KubeClient({ server, tls: { ca }, credentials }, { clock: systemClock });
  const idle = collected();
  const informers = new Informers({ client, clock: systemClock, random: Math.random });
  const informer = informers.of(configMaps, { namespaces: [namespace] });
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  const atStart = process.cpuUsage();
  const syncSeconds = await seconds(() => {
    running = informers.run(stopping.signal);
    return informer.whenSynced(stopping.signal);
  });
  const sync = process.cpuUsage(atStart);
  const largestResidentBytes = process.resourceUsage().maxRSS * 1024;
  const full = collected();
  const before = process.cpuUsage();
  await systemClock.sleep(order.idleMs, stopping.signal);
  const { user, system } = process.cpuUsage(before);
  const objects = informer.cache.size;
  stopping.abort();
  await running;
  await client.close();
  return {
    objects,
    readSeconds: await seconds(() => readPages(order)),
    syncSeconds,
    syncCpuSeconds: (sync.user + sync.system) / 1e6,
    heapBytesEach: (full.heapUsed + full.external - idle.heapUsed - idle.external) / objects,
    idleResidentBytes: idle.rss,
    residentBytes: full.rss,
    largestResidentBytes,
    idleCpuShare: (user + system) / 1000 / order.idleMs,
  };
}

let text = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk: string) => (text += chunk));
process.stdin.on('end', () => {
  void measure(orderSchema.parse(JSON.parse(text))).then((report) => process.stdout.write(JSON.stringify(report)));
});
