import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { agentPath } from '../../operator/supervision/action-path.ts';
import { pressedBody, slackHeaders, Standin } from '../../operator/supervision/stand-in.ts';
import { eventually } from './eventually.ts';
import { alertToken, ReceiverCluster } from './receiver-cluster.ts';
import type { ReceiverProcess } from './receiver-process.ts';

const audience = 'knative-lambda-receiver';
const [control, team] = ['knative-lambda-dev', 'knative-lambda-dev-functions'];
const proofs = new Map<string, Readonly<Record<string, string>>>();
let cluster: ReceiverCluster;

const tokenAnswer = z.looseObject({ status: z.looseObject({ token: z.string() }) });
const stored = z.looseObject({
  metadata: z.looseObject({ generation: z.int(), annotations: z.record(z.string(), z.string()) }),
  spec: z.looseObject({ source: z.looseObject({ image: z.looseObject({ tag: z.string() }).optional() }) }),
});
const trigger = z.looseObject({
  spec: z.looseObject({
    broker: z.string(),
    subscriber: z.looseObject({ ref: z.looseObject({ name: z.string(), namespace: z.string() }), uri: z.string() }),
  }),
});

async function tokenOf(namespace: string, name: string, audiences: readonly string[]): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences } };
  return tokenAnswer.parse(await cluster.controlPlane.admin.post(path, request)).status.token;
}

const account = (name: string) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: team, name } });
const rbac = 'rbac.authorization.k8s.io';

const bindingOf = (name: string, clusterRole: string) => ({
  apiVersion: `${rbac}/v1`,
  kind: 'RoleBinding',
  metadata: { namespace: team, name },
  roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: clusterRole },
  subjects: [{ kind: 'ServiceAccount', namespace: team, name }],
});

/** Somebody who may command functions, who may not, who care for dead letters, and who may change agents. */
const senders = [
  account('deployer'),
  account('reader'),
  account('on-call'),
  account('administrator'),
  bindingOf('on-call', 'knative-lambda-edit'),
  bindingOf('administrator', 'knative-lambda-admin'),
  account('console'),
  {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { namespace: team, name: 'console' },
    rules: [{ apiGroups: ['lambda.knative.io'], resources: ['lambdaagents'], verbs: ['get', 'patch'] }],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { namespace: team, name: 'console' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'console' },
    subjects: [{ kind: 'ServiceAccount', namespace: team, name: 'console' }],
  },
  account('alertmanager'),
  {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { namespace: team, name: 'alert-events' },
    rules: [{ apiGroups: ['lambda.knative.io'], resources: ['lambdafunctions/alerts'], verbs: ['create'] }],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { namespace: team, name: 'alertmanager' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'alert-events' },
    subjects: [{ kind: 'ServiceAccount', namespace: team, name: 'alertmanager' }],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { namespace: team, name: 'deployer' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'knative-lambda-events' },
    subjects: [{ kind: 'ServiceAccount', namespace: team, name: 'deployer' }],
  },
];

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

beforeAll(async () => {
  cluster = await ReceiverCluster.start(senders);
  for (const name of ['deployer', 'reader', 'on-call', 'administrator', 'console', 'alertmanager'])
    proofs.set(name, bearer(await tokenOf(team, name, [audience])));
  proofs.set('other audience', bearer(await cluster.controlPlane.tokenOf(team, 'deployer')));
  proofs.set('alert token', bearer(alertToken));
  const identity = `deployer.${team}.serviceaccount.identity.linkerd.cluster.local`;
  proofs.set('mesh', { 'l5d-client-id': identity });
});

afterAll(() => cluster.stop());

interface Sending {
  readonly id?: string;
  readonly replica?: number;
  readonly sender?: string;
  readonly path?: string;
  readonly time?: string;
}

let count = 0;
/** Sends to one of the replicas, with an id of its own if none is given. */
async function send(type: string, data: object, sending: Sending = {}): Promise<string> {
  const { id = `e-${(count += 1)}`, path = '/events', replica = 0, sender = 'deployer', time } = sending;
  return (
    (await cluster.replicas[replica]?.send({ id, type, data, path, time, headers: proofs.get(sender) ?? {} })) ??
    'no such replica'
  );
}

const deploy = (name: string, tag = 'v1', metadata: object = {}) => ({
  metadata: { name, ...metadata },
  spec: { source: { type: 'image', image: { repository: 'ghcr.io/example/hello', tag } } },
});

async function functionOf(name: string) {
  const path = `/apis/lambda.knative.io/v1alpha1/namespaces/${team}/lambdafunctions/${name}`;
  return stored.parse((await cluster.controlPlane.admin.request('GET', path)).body);
}

async function annotationOf(name: string, key: string): Promise<string | undefined> {
  return (await functionOf(name)).metadata.annotations[`lambda.knative.io/${key}`];
}

describe('a command', () => {
  test('makes, replaces, annotates and deletes a function', async () => {
    await expect(send('command.function.deploy', deploy('hello'))).resolves.toBe('202 created');
    await expect(send('command.service.update', deploy('hello', 'v2'))).resolves.toBe('202 changed');
    await expect(send('command.build.start', { name: 'hello' }, { id: 'build' })).resolves.toBe('202 changed');
    await expect(send('command.function.rollback', { name: 'hello', revision: 'hello-00001' })).resolves.toBe(
      '202 changed',
    );
    const { metadata, spec } = await functionOf('hello');
    expect(spec.source.image?.tag).toBe('v2');
    expect(metadata.annotations).toMatchObject({
      'lambda.knative.io/created-by-cloudevent': 'true',
      'lambda.knative.io/rebuild-requested': expect.stringMatching(/^[0-9a-f]{20}$/),
      'lambda.knative.io/rollback-target': 'hello-00001',
    });
    await expect(send('command.service.delete', { name: 'hello' })).resolves.toBe('202 deleted');
    await expect(send('command.service.delete', { name: 'hello' })).resolves.toBe('202 absent');
  });

  test('ends a build that runs, and only such a one; another lifts it', async () => {
    await send('command.function.deploy', deploy('building'));
    await expect(send('command.build.cancel', { name: 'building' })).resolves.toBe('202 notBuilding');
    const path = `/apis/lambda.knative.io/v1alpha1/namespaces/${team}/lambdafunctions/building/status`;
    const status = { status: { phase: 'Building' } };
    await cluster.controlPlane.admin.request('PATCH', path, status, 'application/merge-patch+json');
    await expect(send('command.build.cancel', { name: 'building' })).resolves.toBe('202 changed');
    await expect(annotationOf('building', 'cancel-build')).resolves.toBe('true');
    await expect(send('command.build.retry', { name: 'building' })).resolves.toBe('202 changed');
    await expect(annotationOf('building', 'cancel-build')).resolves.toBe('false');
  });

  test('has one effect when two replicas get it a hundred times at once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        send('command.function.deploy', deploy('once'), { id: 'same', replica: index % 2 }),
      ),
    );
    expect(outcomes.filter((outcome) => outcome !== '202 duplicate')).toEqual(['202 created']);
    expect((await functionOf('once')).metadata.generation).toBe(1);
  });

  test('takes a member out of the spec that the newer one does not have', async () => {
    const before = deploy('members');
    await send('command.function.deploy', { ...before, spec: { ...before.spec, env: [{ name: 'A', value: 'b' }] } });
    await send('command.function.deploy', before);
    expect((await functionOf('members')).spec).not.toHaveProperty('env');
  });

  test('fails for what the API server finds invalid, and for who may not', async () => {
    const scaling = { minReplicas: 3, maxReplicas: 2 };
    const { metadata, spec } = deploy('invalid');
    await expect(send('command.function.deploy', { metadata, spec: { ...spec, scaling } })).resolves.toBe(
      '422 invalid_function',
    );
    await expect(send('command.function.deploy', deploy('x'), { sender: 'reader' })).resolves.toBe('403 forbidden');
    const elsewhere = deploy('x', 'v1', { namespace: control });
    await expect(send('command.function.deploy', elsewhere)).resolves.toBe('403 forbidden');
    await expect(send('command.function.deploy', deploy('x'), { sender: 'other audience' })).resolves.toBe(
      '401 unauthenticated',
    );
    await expect(send('command.function.deploy', deploy('x'), { sender: 'nobody' })).resolves.toBe(
      '401 unauthenticated',
    );
    await expect(send('command.build.start', { name: 'lost' })).resolves.toBe('422 unknown_target');
  });

  test('is taken from whom the mesh names', async () => {
    await expect(send('command.function.deploy', deploy('meshed'), { sender: 'mesh' })).resolves.toBe('202 created');
  });
});

const uploaded = (key: string) => ({
  Records: [{ eventSource: 'minio:s3', s3: { bucket: { name: 'code' }, object: { key } } }],
});
const ofBucket = (name: string, key: string) => ({
  metadata: { name },
  spec: {
    source: { type: 'minio', minio: { bucket: 'code', key } },
    runtime: { language: 'python', version: '3.12' },
  },
});

const notify = (key: string, sender = 'uploads') =>
  cluster.replicas[0]?.notify(uploaded(key), proofs.get(sender) ?? {});

describe('code that changed', () => {
  beforeAll(async () => {
    proofs.set('uploads', bearer(await tokenOf(control, 'knative-lambda-uploads', [audience])));
    for (const [name, key] of [
      ['uploaded', 'uploaded/'],
      ['elsewhere', 'elsewhere/'],
    ] as const) {
      await send('command.function.deploy', ofBucket(name, key));
    }
  });

  test('is noted on the functions that have it, by who may do nothing else', async () => {
    await expect(notify('uploaded/main.py')).resolves.toBe('202 changed');
    await expect(annotationOf('uploaded', 'source-changed')).resolves.toMatch(/^2\d{3}-/);
    await expect(annotationOf('elsewhere', 'source-changed')).resolves.toBeUndefined();
    await expect(notify('nobody/main.py')).resolves.toBe('202 ignored');
    const deployed = send('command.function.deploy', deploy('x'), { sender: 'uploads' });
    await expect(deployed).resolves.toBe('403 forbidden');
  });

  test('fails when told by who may not, or by nobody', async () => {
    await expect(notify('uploaded/main.py', 'reader')).resolves.toBe('403 forbidden');
    await expect(notify('uploaded/main.py', 'nobody')).resolves.toBe('401 unauthenticated');
  });
});

async function readTrigger() {
  const path = `/apis/eventing.knative.dev/v1/namespaces/${team}/triggers/lambda-command-receiver-trigger`;
  return trigger.parse((await cluster.controlPlane.admin.request('GET', path)).body).spec;
}

describe('the Broker of a namespace', () => {
  test('is told by a Trigger to send its events to a path of its own', async () => {
    const { broker, subscriber } = await eventually(readTrigger);
    expect({ broker, ref: subscriber.ref }).toMatchObject({
      broker: 'lambda-broker',
      ref: { name: 'knative-lambda-builder', namespace: control },
    });
    expect(subscriber.uri).toMatch(new RegExp(`^/broker/${team}/[\\w-]{43}$`));
  });

  test('commands functions of its namespace as the account of events there', async () => {
    const path = (await eventually(readTrigger)).subscriber.uri;
    const sending = { path, sender: 'nobody' };
    await expect(send('command.function.deploy', deploy('evented'), sending)).resolves.toBe('202 created');
    await expect(send('command.service.delete', { name: 'evented' }, sending)).resolves.toBe('202 deleted');
    const role = { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', namespace: team, name: 'knative-lambda-events' };
    await cluster.controlPlane.admin.remove(role);
    await expect(send('command.function.deploy', deploy('unbound'), sending)).resolves.toBe('403 forbidden');
  });

  test('fails to command another one, and what it would drop is kept', async () => {
    const path = (await eventually(readTrigger)).subscriber.uri;
    const elsewhere = deploy('x', 'v1', { namespace: control });
    await expect(send('command.function.deploy', elsewhere, { path, sender: 'nobody' })).resolves.toBe('403 forbidden');
    expect(cluster.kept().at(-1)).toMatch(new RegExp(`^dead-letters/letters/${team}/`));
  });
});

const ask = (sender: string, path: string, body?: object) =>
  cluster.replicas[1]?.ask(path, proofs.get(sender) ?? {}, body) ?? Promise.reject(new Error('no such replica'));

describe('dead letters', () => {
  const path = `/dlq/letters?namespace=${team}`;
  const purge = { namespace: team, dryRun: false };

  test('are seen through the other replica by whoever may edit, who may not purge them', async () => {
    const items = [{ reason: 'forbidden' }, { reason: 'forbidden' }];
    expect(await ask('on-call', path)).toMatchObject([200, { total: 2, items }]);
    expect(await ask('on-call', '/dlq/replay', { namespace: team, dryRun: true })).toMatchObject([200, { total: 2 }]);
    expect(await ask('on-call', '/dlq/purge', purge)).toMatchObject([403, { error: 'forbidden' }]);
  });

  test('fail for whoever has no right on them, and for nobody', async () => {
    expect(await ask('reader', path)).toMatchObject([403, { error: 'forbidden' }]);
    expect(await ask('nobody', path)).toMatchObject([401, { error: 'unauthenticated' }]);
  });

  test('are purged by an event once, whichever replica gets it, for whoever may purge', async () => {
    const time = new Date().toISOString();
    const order = (sender: string, replica = 0) =>
      send('command.dlq.purge', { namespace: team }, { id: `purge of ${sender}`, sender, replica, time });
    await expect(order('on-call')).resolves.toBe('403 forbidden');
    await expect(order('deployer')).resolves.toBe('403 forbidden');
    await expect(order('administrator')).resolves.toBe('202 purged');
    await expect(order('administrator', 1)).resolves.toBe('202 duplicate');
    const items = [{ reason: 'undeliverable', type: 'io.knative.lambda.notification.dlq.purged' }];
    expect(await ask('on-call', path)).toMatchObject([200, { total: 1, items }]);
  });

  test('are purged by an administrator of the namespace', async () => {
    expect(await ask('administrator', '/dlq/purge', purge)).toEqual([200, { purged: 1, left: 0, dryRun: false }]);
    expect(await ask('on-call', path)).toMatchObject([200, { total: 0 }]);
  });
});

describe('an alert', () => {
  const alert = {
    status: 'firing',
    labels: { alertname: 'A', severity: 'critical' },
    annotations: {},
    fingerprint: 'f',
  };
  const times = { startsAt: '2026-01-01T12:00:00Z', endsAt: '0001-01-01T00:00:00Z' };
  const webhook = { version: '4', alerts: [{ ...alert, ...times }] };

  test('is told once for whoever may, and kept while there is no Broker', async () => {
    expect(await ask('alertmanager', '/alerts', webhook)).toMatchObject([202, { alerts: 1, told: 1 }]);
    expect(await ask('alertmanager', '/alerts', webhook)).toMatchObject([202, { alerts: 1, told: 0 }]);
    const items = [{ reason: 'undeliverable', type: 'io.knative.lambda.notification.alert.critical' }];
    expect(await ask('on-call', `/dlq/letters?namespace=${team}`)).toMatchObject([200, { total: 1, items }]);
  });

  test('is told by the token that the charts give Alertmanager, which proves nothing at another door', async () => {
    const resolved = { ...webhook, alerts: [{ ...alert, ...times, fingerprint: 'of the token' }] };
    expect(await ask('alert token', '/alerts', resolved)).toMatchObject([202, { alerts: 1, told: 1 }]);
    expect(await ask('alert token', `/dlq/letters?namespace=${team}`)).toMatchObject([401, {}]);
    await expect(send('command.build.start', { name: 'hello' }, { sender: 'alert token' })).resolves.toMatch(/^401/);
  });

  test('fails for whoever commands functions, and for nobody', async () => {
    expect(await ask('deployer', '/alerts', webhook)).toMatchObject([403, { error: 'forbidden' }]);
    expect(await ask('nobody', '/alerts', webhook)).toMatchObject([401, { error: 'unauthenticated' }]);
  });
});

/** Something that has an intent. */
const say = (sender: string) => send('said', { text: 'my order' }, { sender, path: '/intents' });

describe('an event about an agent', () => {
  const controls = {
    allowEventDisable: true,
    controlEventTypes: ['io.knative.lambda.rbac.disable'],
    allowedControlSources: ['/test'],
  };

  test('switches off what it may make, for who may change it, once', async () => {
    const { admin } = cluster.controlPlane;
    const place = { apiVersion: 'lambda.knative.io/v1alpha1', kind: 'LambdaAgent' };
    const spec = { image: { repository: 'ghcr.io/example/agent' }, permissions: { eventControls: controls } };
    await admin.apply({ ...place, metadata: { name: 'clerk', namespace: team }, spec }, { fieldManager: 'author' });
    const data = { agentName: 'clerk', agentNamespace: team, capabilities: ['triggers.create'], duration: '1h' };
    const disable = (sender: string, id: string) => send('rbac.disable', data, { sender, id, replica: 1 });
    await expect(disable('deployer', 'off-1')).resolves.toBe('403 forbidden');
    await expect(disable('console', 'off-2')).resolves.toBe('202 changed');
    await expect(disable('console', 'off-2')).resolves.toBe('202 duplicate');
    const { metadata } = await admin.get({ ...place, name: 'clerk', namespace: team });
    expect(metadata.annotations?.['lambda.knative.io/disabled-capabilities']).toMatch(
      /^\[\{"capability":"trigger",.*"disabledBy":"\/test","expiresAt":/,
    );
  });

  test('goes by the table of intents that the ConfigMap has, to whom the sender may get', async () => {
    await expect(say('console')).resolves.toBe('422 no_route');
    const target = { kind: 'agent', namespace: team, name: 'clerk' };
    const table = { intents: { order: { target } }, rules: [{ name: 'words', intent: 'order', keywords: ['order'] }] };
    const data = { 'routes.yaml': JSON.stringify(table) };
    const metadata = { name: 'knative-lambda-intents', namespace: control };
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
    await cluster.controlPlane.admin.apply(configMap, { fieldManager: 'platform' });
    // no Broker runs here: what is let through gets as far as its address
    await eventually(async () => expect(await say('console')).toBe('503 dependency_unavailable'));
    await expect(say('deployer')).resolves.toBe('403 forbidden');
  });
});

const isTool = { annotations: { 'lambda.knative.io/mcp-tool': 'true' } };
const by = (sender: string, more: object = {}) => ({ ...proofs.get(sender), ...more });
const askOther = async (...[path, headers, body]: Parameters<ReceiverProcess['ask']>) =>
  cluster.replicas[1]?.ask(path, headers, body);
const rpc = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 1, method, params });
const toolList = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })) }) });

async function toolsOf(sender: string): Promise<readonly string[]> {
  const [, body] = (await askOther('/mcp', by(sender), rpc('tools/list'))) ?? [];
  return toolList.parse(body).result.tools.map(({ name }) => name);
}

describe('what others call', () => {
  test('is the card of an agent that nothing runs, for who may get the agent', async () => {
    const card = `/agents/${team}/seller/.well-known/agent-card.json`;
    const metadata = { name: 'seller', namespace: team, ...isTool };
    const spec = { image: { repository: 'ghcr.io/example/agent', tag: '2.0.0' }, eventing: { intents: ['sell'] } };
    const agent = { apiVersion: 'lambda.knative.io/v1alpha1', kind: 'LambdaAgent', metadata, spec };
    await cluster.controlPlane.admin.apply(agent, { fieldManager: 'author' });
    const url = expect.stringMatching(new RegExp(`^https://[^/]+/agents/${team}/seller$`));
    const shown = { version: '2.0.0', skills: [{ id: 'sell' }], supportedInterfaces: [{ url }] };
    await expect(askOther(card, by('console'))).resolves.toMatchObject([200, { name: 'seller', ...shown }]);
    await expect(askOther(card, by('reader'))).resolves.toMatchObject([403, { error: 'forbidden' }]);
    await expect(askOther(card, by('other audience'))).resolves.toMatchObject([401, { error: 'unauthenticated' }]);
  });

  test('are the tools that the API server has, for each what they may get', async () => {
    await send('command.function.deploy', deploy('priced'));
    const metadata = { name: 'priced', namespace: team, ...isTool };
    const change = { apiVersion: 'lambda.knative.io/v1alpha1', kind: 'LambdaFunction', metadata };
    await cluster.controlPlane.admin.apply(change, { fieldManager: 'author' });
    // a replica believes its list for five seconds
    await eventually(async () => expect(await toolsOf('administrator')).toEqual([`${team}_priced`, `${team}_seller`]));
    await expect(toolsOf('console')).resolves.toEqual([`${team}_seller`]);
    await expect(toolsOf('deployer')).resolves.toEqual([`${team}_priced`]);
    await expect(toolsOf('reader')).resolves.toEqual([]);
  });

  test('fails where the target cannot be reached, and reaches nobody for who may not', async () => {
    const call = rpc('tools/call', { name: `${team}_seller`, arguments: { text: 'how much?' } });
    const unreachable = { result: { isError: true, content: [{ text: 'it cannot be reached' }] } };
    await expect(askOther('/mcp', by('console'), call)).resolves.toMatchObject([200, unreachable]);
    await expect(askOther('/mcp', by('deployer'), call)).resolves.toMatchObject([200, { error: { code: -32_602 } }]);
    const message = { messageId: 'm-1', role: 'ROLE_USER', parts: [{ text: 'how much?' }] };
    const sent = rpc('SendMessage', { message });
    const version = { 'a2a-version': '1.0' };
    const failure = { error: { message: 'agent seller: it cannot be reached' } };
    const path = `/agents/${team}/seller`;
    await expect(askOther(path, by('console', version), sent)).resolves.toMatchObject([200, failure]);
    await expect(askOther(path, by('deployer', version), sent)).resolves.toMatchObject([403, { error: 'forbidden' }]);
  });
});

/** Sends to ready replicas, and to one that ends until that has become known. */
class Load {
  readonly endpoints: ReceiverProcess[] = [];
  readonly outcomes: string[] = [];
  readonly #answered = new Map<ReceiverProcess, number>();
  #isOver = false;

  async run(): Promise<void> {
    while (!this.#isOver) {
      const replica = this.endpoints[this.outcomes.length % this.endpoints.length];
      if (replica === undefined) throw new Error('nobody to send to');
      const event = { id: `load-${this.outcomes.length}`, type: 'response.success', data: {} };
      this.outcomes.push(await replica.send({ ...event, headers: proofs.get('deployer') ?? {} }).catch(String));
      this.#answered.set(replica, this.answeredBy(replica) + 1);
    }
  }

  answeredBy = (replica: ReceiverProcess): number => this.#answered.get(replica) ?? 0;

  stop(): void {
    this.#isOver = true;
  }
}

/** As a rollout does: another one first, and who ends goes on to get requests for a while. */
async function replaceOne(load: Load): Promise<void> {
  load.endpoints.push(await cluster.surge());
  const [old] = load.endpoints;
  if (old === undefined) throw new Error('nobody to replace');
  const ended = old.end();
  await eventually(async () => !(await old.isReady()));
  const before = load.answeredBy(old);
  await eventually(() => load.answeredBy(old) >= before + 10, { intervalMs: 10 });
  load.endpoints.shift();
  await ended;
}

test('a rollout of both replicas fails no request', async () => {
  const load = new Load();
  load.endpoints.push(...cluster.replicas);
  const sending = Promise.all(Array.from({ length: 4 }, () => load.run()));
  for (let index = 0; index < 2; index += 1) await replaceOne(load);
  load.stop();
  await sending;
  expect(load.outcomes.filter((outcome) => outcome !== '202 counted')).toEqual([]);
  expect(load.outcomes.length).toBeGreaterThan(20);
});

describe('what a supervised agent sends', () => {
  const [slack, broker] = [new Standin(), new Standin()];
  const guarded = { namespace: team, name: 'guarded' };

  afterAll(() => {
    for (const one of [slack, broker]) one.close();
  });

  /** An agent whose Broker is ours, and the signing secret of its Slack app, lent by its owner. */
  async function makeAgent(webhookUrl: string, brokerUrl: string): Promise<void> {
    const { admin } = cluster.controlPlane;
    const lent = { namespace: team, name: 'slack', labels: { 'lambda.knative.io/usable-by': 'functions' } };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: lent, stringData: { signing: 'signing-secret' } };
    const approval = { slack: { webhookUrl, signingSecretRef: { name: 'slack', key: 'signing' } } };
    const spec = { image: { repository: 'ghcr.io/example/agent' }, operationMode: 'supervised', approval };
    const agent = { apiVersion: 'lambda.knative.io/v1alpha1', kind: 'LambdaAgent', metadata: guarded, spec };
    for (const object of [secret, agent]) await admin.apply(object, { fieldManager: 'author' });
    const path = `/apis/lambda.knative.io/v1alpha1/namespaces/${team}/lambdaagents/guarded/status`;
    const status = { eventingStatus: { brokerUrl } };
    await admin.request('PATCH', path, { status }, 'application/merge-patch+json');
  }

  test('outlives the replica that took it, and goes to the Broker once somebody approves', async () => {
    await makeAgent(`${await slack.listen()}hook`, `${await broker.listen()}guarded`);
    const path = agentPath('k'.repeat(32), guarded);
    const event = { id: 'order-1', type: 'shop.order', data: { item: 'tea' }, headers: {}, path };
    const [doomed, heir] = [await cluster.surge(), await cluster.surge()];
    await expect(heir.send({ ...event, path: path.slice(0, -1) })).resolves.toBe('503 dependency_unavailable');
    await expect(doomed.send(event)).resolves.toBe('202 held');
    await eventually(() => slack.received.length > 0);
    await doomed.kill();
    await expect(heir.send(event)).resolves.toBe('202 duplicate');
    const { value = '' } = /"value":"(?<value>[^"]+)"/.exec(slack.received[0]?.body ?? '')?.groups ?? {};
    const body = pressedBody({ value });
    await expect(heir.press(body, slackHeaders(body, 'another-secret', new Date()))).resolves.toBe(401);
    await expect(heir.press(body, slackHeaders(body, 'signing-secret', new Date()))).resolves.toBe(200);
    await eventually(() => broker.received.length > 0);
    expect(broker.received.map(({ body: sent }) => JSON.parse(sent))).toMatchObject([
      { id: 'order-1', type: 'io.knative.lambda.shop.order' },
    ]);
    // it is closed before it is taken from those that are open
    await eventually(() => cluster.kept().some((key) => key.includes('/supervision/closed/')));
    await eventually(() => !cluster.kept().some((key) => key.includes('/supervision/open/')));
  });
});

describe('the account of the receiver', () => {
  test('has every right that it needs, and none that it does not', async () => {
    await eventually(
      () => cluster.unusedRights().length === 0 || Promise.reject(new Error(String(cluster.unusedRights()))),
    );
    expect(cluster.forbidden()).toEqual([]);
  });
});
