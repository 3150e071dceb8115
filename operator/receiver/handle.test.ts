import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../kube/fake-clock.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import type { AuditRecord } from './audit.ts';
import type { CloudEvent } from './cloud-event.ts';
import { admitBy } from './authorize.ts';
import { Commands } from './commands.ts';
import type { DeadLetter } from './dead-letter.ts';
import { EventHandler, type HandlerProps } from './handle.ts';
import { MemoryFunctions } from './memory-functions.ts';
import { receiverTelemetry } from './receiver-telemetry.ts';
import { Refusal } from './refusal.ts';
import { keepRefused } from './refused-delivery.ts';
import { EventSchemas } from './schemas.ts';
import { type Sender, serviceAccountUser } from './sender.ts';

const schemas = new EventSchemas();
const today = () => new Date('2026-01-01T12:00:00Z');
const direct: Sender = { kind: 'token', user: serviceAccountUser('ci', 'deployer') };
const broker: Sender = { kind: 'broker', namespace: 'team', user: serviceAccountUser('team', 'knative-lambda-events') };
const prefix = 'io.knative.lambda';
const deployData = {
  metadata: { name: 'hello' },
  spec: { source: { type: 'inline', inline: { code: 'x' } }, runtime: { language: 'python', version: '3.12' } },
};

const event = (type: string, value: unknown = {}, changes: Partial<CloudEvent> = {}): CloudEvent => ({
  id: 'e-1',
  source: '/s',
  type,
  subject: undefined,
  time: undefined,
  dataContentType: undefined,
  dataSchema: undefined,
  extensions: {},
  data: { kind: 'json', value },
  ...changes,
});

function setup(changes: Partial<HandlerProps> = {}) {
  const clock = new FakeClock();
  const [functions, registry] = [new MemoryFunctions(), new MetricRegistry()];
  const [letters, records, invoked]: [DeadLetter[], AuditRecord[], string[]] = [[], [], []];
  const handler = new EventHandler({
    schemas,
    commands: new Commands(functions, today),
    admit: () => {},
    authorizeFor: () => () => Promise.resolve(),
    findChanged: (changed) => functions.changedBy(changed),
    invoke: (wait, _event, { name, namespace }) => {
      invoked.push(`${wait} ${namespace}/${name}`);
      return Promise.resolve();
    },
    orders: undefined,
    switchAgent: () => Promise.resolve('changed'),
    router: { route: () => Promise.resolve('routed'), routeDelivered: () => Promise.resolve('ignored') },
    keepRefused: keepRefused({
      keepDeadLetter: (letter) => {
        letters.push(letter);
        return Promise.resolve();
      },
      today,
    }),
    audit: async (record) => void records.push(record),
    telemetry: receiverTelemetry(registry, clock),
    defaultNamespace: 'functions',
    clock,
    ...changes,
  });
  return { handler, functions, letters, records, invoked, registry };
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => undefined,
    (one: unknown) => one,
  );
  if (error instanceof Refusal) return error;
  throw error ?? new Error('got an effect, expected a refusal');
}

describe('a command for a namespace that is not served', () => {
  test('fails before anything is read there', async () => {
    const { functions, handler } = setup({ admit: admitBy({ serves: () => false }) });
    const seen: string[] = [];
    functions.before = (verb) => void seen.push(verb);
    const deploy = event(`${prefix}.command.function.deploy`, deployData);
    expect((await refusalOf(handler.handle(deploy, direct))).status).toBe(403);
    expect(seen).toEqual([]);
  });
});

describe('an event', () => {
  test('deploys to the default namespace, and from a Broker to that of the Broker', async () => {
    const { functions, handler } = setup();
    const deploy = event(`${prefix}.command.function.deploy`, deployData);
    await expect(handler.handle(deploy, direct)).resolves.toBe('created');
    await expect(handler.handle(deploy, broker)).resolves.toBe('created');
    expect([...functions.functions.keys()]).toEqual(['functions/hello', 'team/hello']);
  });

  test('has the effect of its new name under its old one', async () => {
    const { handler } = setup();
    await handler.handle(event(`${prefix}.command.function.deploy`, deployData), direct);
    const old = event('network.notifi.lambda.service.delete', {}, { id: 'e-2', subject: 'hello' });
    await expect(handler.handle(old, direct)).resolves.toBe('deleted');
  });

  test.each([
    [`${prefix}.response.success`, 'counted'],
    [`${prefix}.response.timeout`, 'counted'],
    [`${prefix}.lifecycle.build.started`, 'ignored'],
    ['some.other.type', 'ignored'],
  ])('of the type %s is %s, whatever its data', async (type, handled) => {
    await expect(setup().handler.handle(event(type, { statusCode: 'x', error: {} }), broker)).resolves.toBe(handled);
  });

  test.each([
    ['invoke.sync', 'sync'],
    ['invoke.scheduled', 'async'],
  ])('of the type %s is handed to its function, unless the Broker does that', async (type, wait) => {
    const { handler, invoked } = setup();
    const invocation = event(`${prefix}.${type}`, { payload: 1 }, { subject: 'hello' });
    await expect(handler.handle(invocation, direct)).resolves.toBe('invoked');
    await expect(handler.handle(invocation, broker)).resolves.toBe('delivered');
    expect(invoked).toEqual([`${wait} functions/hello`]);
  });

  test('fails to invoke when it names no function', async () => {
    expect((await refusalOf(setup().handler.handle(event(`${prefix}.invoke.async`), direct))).faults[0]?.pointer).toBe(
      '/subject',
    );
  });

  test('leaves an audit record of what was decided, and of what was refused', async () => {
    const { handler, records } = setup();
    await handler.handle(event(`${prefix}.command.function.deploy`, deployData), direct);
    await handler.handle(event(`${prefix}.command.function.deploy`, deployData), direct);
    await refusalOf(handler.handle(event(`${prefix}.command.build.start`, {}, { subject: 'lost' }), direct));
    await refusalOf(handler.handle(event(`${prefix}.command.build.start`, { name: 1 }), direct));
    expect(records.map(({ decision, object, sender }) => `${sender.user.username} ${object} ${decision}`)).toEqual([
      'system:serviceaccount:ci:deployer functions/hello created',
      'system:serviceaccount:ci:deployer functions/hello duplicate',
      'system:serviceaccount:ci:deployer functions/lost unknown_target',
      'system:serviceaccount:ci:deployer  schema_validation_failed',
    ]);
  });

  test('fails with 503 while its audit record may be lost, and is a duplicate on record when it comes again', async () => {
    const records: AuditRecord[] = [];
    const faults = [new Refusal('dependency_unavailable', 'neither takes it')];
    const { handler } = setup({
      audit: async (record) => {
        records.push(record);
        const fault = faults.shift();
        if (fault !== undefined) throw fault;
      },
    });
    const deploy = event(`${prefix}.command.function.deploy`, deployData);
    expect((await refusalOf(handler.handle(deploy, direct))).status).toBe(503);
    expect(await handler.handle(deploy, direct)).toBe('duplicate');
    expect(records.map(({ decision }) => decision)).toEqual(['created', 'duplicate']);
  });

  test('is counted, with what became of it', async () => {
    const { handler, registry } = setup();
    const deploy = event(`${prefix}.command.function.deploy`, deployData);
    await handler.handle(deploy, direct);
    await handler.handle(deploy, direct);
    await handler.handle(event('x.y'), direct);
    await refusalOf(handler.handle(event(deploy.type), direct));
    const page = await registry.render();
    const type = `type="${deploy.type}"`;
    expect(page).toContain(`cloudevents_received_total{${type}} 3`);
    expect(page).toContain('cloudevents_received_total{type="other"} 1');
    expect(page).toContain(`knative_lambda_receiver_duplicates_total{${type}} 1`);
    expect(page).toContain(`knative_lambda_receiver_validation_failures_total{${type}} 1`);
    expect(page).toContain(`cloudevents_processing_duration_seconds_count{${type},result="success"} 2`);
    expect(page).toContain(`cloudevents_processing_duration_seconds_count{${type},result="refused"} 1`);
  });
});

describe('an event that a Broker brings and nobody can carry out', () => {
  const lost = event('lambda.build.start', {}, { subject: 'lost' });

  test('is kept as a dead letter, as it came, before it is answered', async () => {
    const { handler, letters } = setup();
    expect((await refusalOf(handler.handle(lost, broker))).status).toBe(422);
    expect(letters).toEqual([
      {
        original: { kind: 'event', event: lost },
        namespace: 'team',
        attempts: 1,
        deaths: [],
        handedInBy: broker.user.username,
        reason: 'unknown_target',
        message: 'no function team/lost; deploy it first',
        refusedAt: '2026-01-01T12:00:00.000Z',
      },
    ]);
  });

  test('comes again until it is kept', async () => {
    const { handler } = setup({
      keepRefused: keepRefused({
        keepDeadLetter: () => Promise.reject(new Error('the store is down')),
        today: () => new Date(),
      }),
    });
    expect((await refusalOf(handler.handle(lost, broker))).status).toBe(503);
  });

  test('is no dead letter when its sender hears of it, or when it comes again anyway', async () => {
    const { functions, handler, letters } = setup();
    await refusalOf(handler.handle(lost, direct));
    functions.before = () => {
      throw new Refusal('dependency_unavailable', 'later');
    };
    expect((await refusalOf(handler.handle(lost, broker))).status).toBe(503);
    expect(letters).toEqual([]);
  });
});

const codeChanged = 'io.knative.lambda.notification.code.changed';
const uploaded = (key: string) => ({
  Records: [{ eventSource: 'minio:s3', s3: { bucket: { name: 'code' }, object: { key } } }],
});
const sourceAt = (key: string) => ({ source: { type: 'minio', minio: { bucket: 'code', key } } });
const metadataOf = (name: string) => ({ name, namespace: 'functions', labels: {}, annotations: {} });
const noted = 'lambda.knative.io/source-changed';

async function withFunctions(changes: Partial<HandlerProps> = {}) {
  const parts = setup(changes);
  for (const name of ['one', 'two'])
    await parts.functions.create({ metadata: metadataOf(name), spec: sourceAt('shared/') });
  await parts.functions.create({ metadata: metadataOf('other'), spec: sourceAt('other/') });
  return parts;
}

const toldOf = (functions: MemoryFunctions): readonly string[] =>
  [...functions.functions].filter(([, { annotations }]) => annotations[noted] !== undefined).map(([name]) => name);

describe('a notification of code that changed', () => {
  test('reaches each function whose code it is, also as text, and each is on record', async () => {
    const { functions, handler, records } = await withFunctions();
    const data = { kind: 'bytes', bytes: Buffer.from(JSON.stringify(uploaded('shared/main.py'))) } as const;
    await expect(handler.handle(event(codeChanged, {}, { data }), direct)).resolves.toBe('changed');
    expect(toldOf(functions)).toEqual(['functions/one', 'functions/two']);
    expect(records.map(({ decision, object }) => `${object} ${decision}`)).toEqual([
      'functions/one changed',
      'functions/two changed',
    ]);
    await expect(handler.handle(event(codeChanged, uploaded('shared/lib.py')), direct)).resolves.toBe('ignored');
  });

  test('of what is no code is ignored', async () => {
    const { functions, handler } = await withFunctions();
    await expect(handler.handle(event(codeChanged, uploaded('pictures/1.png')), direct)).resolves.toBe('ignored');
    expect(toldOf(functions)).toEqual([]);
  });

  test('is held back from one function, and reaches the others', async () => {
    const { functions, handler } = await withFunctions({
      authorizeFor:
        () =>
        (verb, { name }) =>
          name === 'one' || verb !== 'refresh' ? Promise.reject(new Refusal('forbidden', 'no')) : Promise.resolve(),
    });
    await expect(handler.handle(event(codeChanged, uploaded('shared/main.py')), direct)).resolves.toBe('changed');
    expect(toldOf(functions)).toEqual(['functions/two']);
  });

  test('fails where it may tell none, where one cannot be written yet, and for what is no notification', async () => {
    const refused = await withFunctions({
      authorizeFor: () => () => Promise.reject(new Refusal('forbidden', 'no')),
    });
    const sent = event(codeChanged, uploaded('shared/main.py'));
    expect((await refusalOf(refused.handler.handle(sent, direct))).reason).toBe('forbidden');
    const busy = await withFunctions({
      authorizeFor:
        () =>
        (_, { name }) =>
          name === 'one' ? Promise.resolve() : Promise.reject(new Refusal('dependency_unavailable', 'later')),
    });
    expect((await refusalOf(busy.handler.handle(sent, direct))).reason).toBe('dependency_unavailable');
    expect((await refusalOf(busy.handler.handle(event(codeChanged, { Records: 1 }), direct))).reason).toBe(
      'schema_validation_failed',
    );
  });
});
