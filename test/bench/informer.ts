import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { z } from 'zod';
import { KubeClient } from '../../operator/kube/client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { readKubeconfig } from '../../operator/kube/kubeconfig.ts';
import type { KubernetesObject } from '../../operator/kube/object.ts';
import type { Resource } from '../../operator/kube/resource.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { ratios, type Spread, spreadOf } from './statistics.ts';
import { readThresholds } from './thresholds.ts';
import { describeSpread, judgeAtMost } from './verdict.ts';

const help = `usage: make bench SUITE=informer

Syncs 10,000 ConfigMaps of 4 KiB from a real API server and compares with test/bench/thresholds.json.
The exit code is 1 above a bar.
`;

interface ConfigMap extends KubernetesObject {
  readonly data: Readonly<Record<string, string>>;
}

const configMaps: Resource<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

const objects = 10_000;
const objectBytes = 4096;
const writers = 24;
const rounds = 5;
const idleMs = 5000;

const thresholds = readThresholds(
  z.object({
    informer: z.strictObject({
      syncSeconds: z.number(),
      syncToRead: z.number(),
      kibibytesEach: z.number(),
      residentMegabytes: z.number(),
      idleCpuShare: z.number(),
    }),
  }),
).informer;

const reportSchema = z.object({
  objects: z.literal(objects),
  readSeconds: z.number(),
  syncSeconds: z.number(),
  syncCpuSeconds: z.number(),
  heapBytesEach: z.number(),
  idleResidentBytes: z.number(),
  residentBytes: z.number(),
  largestResidentBytes: z.number(),
  idleCpuShare: z.number(),
});

async function fill(client: KubeClient): Promise<void> {
  const names = Array.from({ length: objects }, (_, count) => `object-${count}`).values();
  const write = async (): Promise<void> => {
    for (const name of names) {
      const data = { text: name.padEnd(objectBytes, ' and so on') };
      await client.create(configMaps, { metadata: { namespace: 'bench', name }, data }, { fieldManager: 'bench' });
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
}

/** In a process of its own, bundled as the operator is. */
function measure(bundle: string, order: object): z.output<typeof reportSchema> {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', bundle], {
    input: JSON.stringify(order),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the process that is measured ended with ${status}\n${stderr}`);
  return reportSchema.parse(JSON.parse(stdout));
}

/** Judges the median. */
function judge(name: string, figure: Spread, unit: string, bar: number): boolean {
  return judgeAtMost(name, figure.median, bar, describeSpread(figure, unit));
}

async function bench(controlPlane: ControlPlane, folder: string): Promise<boolean> {
  const connection = await readKubeconfig({ paths: [controlPlane.kubeconfig], clock: systemClock });
  const client = new KubeClient(connection, { clock: systemClock });
  await controlPlane.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bench' } });
  await fill(client);
  await client.close();
  const bundle = join(folder, 'informer-process.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'informer-process.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: bundle,
    external: ['@kubernetes/client-node'],
  });
  const { authorization = '' } = await connection.credentials.headers();
  const order = { server: controlPlane.url, ca: controlPlane.caPem, authorization, idleMs };
  const reports = Array.from({ length: rounds }, () => measure(bundle, order));
  const spread = (figure: (report: (typeof reports)[number]) => number): Spread => spreadOf(reports.map(figure));
  const read = spread((report) => report.readSeconds);
  const cpu = spread((report) => report.syncCpuSeconds);
  const idle = spread((report) => report.idleResidentBytes / 1e6);
  process.stdout.write(
    `       ${objects} objects, read and thrown away: ${describeSpread(read, ' s')}\n` +
      `       processor time of a sync: ${describeSpread(cpu, ' s')}; resident before it: ${describeSpread(idle, ' MB')}\n`,
  );
  const toRead = spreadOf(ratios(reports.map((report) => [report.syncSeconds, report.readSeconds])));
  return [
    judge(
      'synced',
      spread((report) => report.syncSeconds),
      ' s',
      thresholds.syncSeconds,
    ),
    judge('sync to read', toRead, '', thresholds.syncToRead),
    judge(
      'heap for each object',
      spread((report) => report.heapBytesEach / 1024),
      ' KiB',
      thresholds.kibibytesEach,
    ),
    judge(
      'resident',
      spread((report) => report.residentBytes / 1e6),
      ' MB',
      thresholds.residentMegabytes,
    ),
    judge(
      'most resident',
      spread((report) => report.largestResidentBytes / 1e6),
      ' MB',
      thresholds.residentMegabytes,
    ),
    judge(
      'idle CPU',
      spread((report) => report.idleCpuShare),
      '',
      thresholds.idleCpuShare,
    ),
  ].every((isWithin) => isWithin);
}

if (process.argv.includes('--help')) {
  process.stdout.write(help);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-bench-'));
  const controlPlane = await startControlPlane({ controllerManager: false });
  try {
    process.exitCode = (await bench(controlPlane, folder)) ? 0 : 1;
  } finally {
    await controlPlane.stop();
    rmSync(folder, { recursive: true });
  }
}
