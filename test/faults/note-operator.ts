import { readdirSync } from 'node:fs';
import { z } from 'zod';
import { KubeClient } from '../../operator/kube/client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { bearerToken } from '../../operator/kube/connection.ts';
import { Informers } from '../../operator/kube/informers.ts';
import { LeaderElection } from '../../operator/reconcile/leader.ts';
import { KubeLeaseStore } from '../../operator/reconcile/lease-store.ts';
import { Manager } from '../../operator/reconcile/manager.ts';
import { stopSignal } from '../../operator/reconcile/stop-signal.ts';
import { configMaps, notes, operatorAccount } from './note.ts';
import { buildNoteController } from './note-controller.ts';

const settingsSchema = z.strictObject({
  server: z.string(),
  ca: z.string(),
  token: z.string(),
  namespace: z.string(),
  identity: z.string(),
  timing: z.strictObject({ leaseMs: z.number(), renewDeadlineMs: z.number(), retryMs: z.number() }),
});

/** The operator of Notes as a program of its own: two of them are replicas. It ends with who started it. */
async function main(): Promise<void> {
  const settings = settingsSchema.parse(JSON.parse(process.env['NOTE_OPERATOR'] ?? ''));
  const { server, ca, token, namespace, identity, timing } = settings;
  const clock = systemClock;
  const random = Math.random;
  const connection = { server, tls: { ca }, credentials: bearerToken(token) };
  const leaseClient = new KubeClient(connection, { clock, userAgent: identity });
  const election = new LeaderElection({
    name: operatorAccount,
    identity,
    timing,
    store: new KubeLeaseStore(leaseClient, { namespace, name: operatorAccount }, operatorAccount),
    clock,
    random,
    today: () => new Date(),
  });
  const client = new KubeClient(connection, { clock, userAgent: identity, mayWrite: election.mayAct });
  const informers = new Informers({ client, clock, random });
  const caches = {
    notes: informers.of(notes, { namespaces: [namespace] }),
    copies: informers.of(configMaps, { namespaces: [namespace] }),
  };
  let events = 0;
  for (const cache of Object.values(caches)) cache.onChange(() => void (events += 1));
  const controller = buildNoteController({
    client,
    ...caches,
    clock,
    nameCopy: ({ metadata }) => `${metadata.name}-${Math.floor(random() * 2 ** 32).toString(16)}`,
    failed: (key, error) => process.stderr.write(`${key}: ${messageOf(error)}\n`),
    passed: () => {},
  });
  const manager = new Manager({ informers: [], controllers: [controller], election, clock });
  process.stdin.once('end', () => process.exit(1)).resume();
  process.on('message', () => process.send?.({ ...measure(), events }));
  await manager.run(stopSignal(process, (code) => process.exit(code)));
  process.exit(0);
}

function measure(): object {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { residentBytes: rss, heapBytes: heapUsed, descriptors: readdirSync('/proc/self/fd').length };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
