import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { KubeClient } from '../../operator/kube/client.ts';
import { systemClock } from '../../operator/kube/clock.ts';
import { bearerToken } from '../../operator/kube/connection.ts';
import { readKubeconfig } from '../../operator/kube/kubeconfig.ts';
import type { Resource } from '../../operator/kube/resource.ts';
import { buildEvent } from '../../operator/reconcile/event.ts';
import { EventRecorder } from '../../operator/reconcile/event-recorder.ts';
import { events, KubeEventSink } from '../../operator/reconcile/event-sink.ts';
import { LeaderElection } from '../../operator/reconcile/leader.ts';
import { KubeLeaseStore, leases } from '../../operator/reconcile/lease-store.ts';
import { whenAborted } from '../../operator/reconcile/when-aborted.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';

const configMaps: Resource = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const never = new AbortController().signal;
const soon = (check: () => boolean | Promise<boolean>): Promise<true> => eventually(check);

const namespace = 'default';
const account = 'operator-engine';
const rbac = 'rbac.authorization.k8s.io';
const tokenSchema = z.looseObject({ status: z.looseObject({ token: z.string() }) });

let controlPlane: ControlPlane;
/** Has exactly the verbs that leader election and events need. */
let client: KubeClient;
let admin: KubeClient;

async function requestToken(): Promise<string> {
  const metadata = { name: account, namespace };
  await controlPlane.admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await controlPlane.admin.create({
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata,
    rules: [
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
      { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    ],
  });
  await controlPlane.admin.create({
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'Role', name: account },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  return tokenSchema.parse(await controlPlane.admin.post(path, request)).status.token;
}

beforeAll(async () => {
  controlPlane = await startControlPlane({ controllerManager: false });
  const connection = await readKubeconfig({ paths: [controlPlane.kubeconfig], clock: systemClock });
  admin = new KubeClient(connection, { clock: systemClock });
  const credentials = bearerToken(await requestToken());
  client = new KubeClient({ ...connection, credentials }, { clock: systemClock });
});

afterAll(async () => {
  await Promise.all([client.close(), admin.close()]);
  await controlPlane.stop();
});

describe('leader election', () => {
  const reference = { namespace, name: 'operator' };
  const failures: unknown[] = [];
  const newElection = (identity: string): LeaderElection =>
    new LeaderElection({
      name: reference.name,
      identity,
      timing: { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 200 },
      store: new KubeLeaseStore(client, reference, 'operator'),
      clock: systemClock,
      random: Math.random,
      today: () => new Date(),
      observer: { leading: () => {}, failed: (_, error) => failures.push(error) },
    });

  test('gives a Lease to one, and to the other when the first ends well', async () => {
    const led: string[] = [];
    const [first, second] = [new AbortController(), new AbortController()];
    const lead = (name: string, stop: AbortController) => async (): Promise<void> => {
      led.push(name);
      if (name === 'second') stop.abort();
      await whenAborted(stop.signal);
    };
    const one = newElection('first').run(lead('first', first), never);
    await soon(() => led.length === 1);
    const two = newElection('second').run(lead('second', second), never);
    await soon(async () => (await admin.get(leases, reference)).spec.renewTime !== undefined);
    await admin.apply(leases, { metadata: { ...reference, labels: { team: 'platform' } } }, { fieldManager: 'people' });
    const { metadata } = await admin.get(leases, reference);
    await soon(async () => (await admin.get(leases, reference)).metadata.resourceVersion !== metadata.resourceVersion);
    expect([led, failures]).toEqual([['first'], []]);
    first.abort();
    await Promise.all([one, two]);
    expect(led).toEqual(['first', 'second']);
    await expect(admin.get(leases, reference)).resolves.toMatchObject({
      metadata: { labels: { team: 'platform' } },
      spec: { holderIdentity: '', leaseTransitions: 1, acquireTime: expect.stringMatching(/\.\d{6}Z$/) },
    });
  });
});

describe('the event recorder', () => {
  test('makes an event, counts, and makes another when that is gone', async () => {
    const regarding = await admin.create(
      configMaps,
      { metadata: { namespace, name: 'subject' } },
      { fieldManager: 'people' },
    );
    const sink = new KubeEventSink(client, 'operator');
    const happening = { type: 'Warning', reason: 'BuildFailed', action: 'Build', note: 'é'.repeat(1000) } as const;
    const reporter = { controller: 'lambda.knative.io/operator', instance: 'operator-0' };
    const event = buildEvent(regarding, happening, reporter, { time: new Date(), suffix: '1' });
    await sink.create(event, never);
    const series = { count: 2, lastObservedTime: event.eventTime };
    await expect(sink.updateSeries({ ...event, series }, never)).resolves.toBe(true);
    await expect(sink.updateSeries({ ...event, series: { ...series, count: 9 } }, never)).resolves.toBe(true);
    await expect(admin.get(events, event.metadata)).resolves.toMatchObject({
      reason: 'BuildFailed',
      type: 'Warning',
      reportingController: reporter.controller,
      regarding: { kind: 'ConfigMap', name: 'subject', uid: regarding.metadata.uid },
      series: { count: 9 },
    });

    await admin.delete(events, event.metadata);
    await expect(sink.updateSeries({ ...event, series }, never)).resolves.toBe(false);
    await sink.create({ ...event, series }, never);
    await expect(sink.updateSeries({ ...event, series: { ...series, count: 10 } }, never)).resolves.toBe(true);
  });

  test('sends what is recorded', async () => {
    const regarding = await admin.create(
      configMaps,
      { metadata: { namespace, name: 'recorded' } },
      { fieldManager: 'people' },
    );
    const dropped: Error[] = [];
    const recorder = new EventRecorder({
      sink: new KubeEventSink(client, 'operator'),
      reporter: { controller: 'lambda.knative.io/operator', instance: 'operator-0' },
      clock: systemClock,
      random: Math.random,
      today: () => new Date(),
      onDropped: (error) => dropped.push(error),
    });
    const stop = new AbortController();
    const ended = recorder.run(stop.signal);
    recorder.record(regarding, { type: 'Normal', reason: 'Deployed', action: 'Deploy', note: 'revision 1 is ready' });
    await soon(async () => (await notesOf('recorded')).length > 0);
    await expect(notesOf('recorded')).resolves.toEqual(['revision 1 is ready']);
    stop.abort();
    await ended;
    expect(dropped).toEqual([]);
  });
});

async function notesOf(name: string): Promise<readonly string[]> {
  const notes: string[] = [];
  for await (const { items } of admin.list(events, { namespace })) {
    notes.push(...items.filter(({ regarding }) => regarding.name === name).map(({ note }) => note));
  }
  return notes;
}
