import { describe, expect, test } from '@jest/globals';
import { buildCustomResourceDefinition, type LambdaFunction } from '../api/index.ts';
import { fieldsOf, isBelow, valueAt } from '../conditions/field-walk.ts';
import { buildTriggers } from '../specs/trigger.ts';
import { buildJobObject, resolveObject, sourceObject } from './build-objects.ts';
import { contentKey } from './content-key.ts';
import { destinationOf, givenImage } from './destination.ts';
import { fetchPlan } from './fetch-plan.ts';
import { fieldsWithoutEffect, ineffectiveFields } from './ineffective-fields.ts';
import { type BuildEvent, buildEventType, eventSource } from './build-event.ts';
import { decideRebuild } from './rebuild.ts';
import { requestKey, resolutionDue } from './resolution.ts';
import { jobWith } from './sample-facts.ts';
import { sampleFunction, sampleSettings } from './sample.ts';
import { serviceObject } from './serving-objects.ts';

const version = { kind: 'commit', value: 'a'.repeat(40) } as const;
const platform = { wrapper: 'w1', base: 'python@sha256:1', repository: 'r' };
const resolvedAt = '2026-01-01T00:00:00Z';

/** Every object and decision that a function leads to. */
function effectsOf(spec: object): object {
  const fn = sampleFunction(spec);
  const key = contentKey(fn, version, platform);
  const service = serviceObject(
    fn,
    {
      image: givenImage(fn.spec) ?? 'built@sha256:1',
      pin: { kind: 'none' },
      live: undefined,
      objects: { kind: 'unwatched' },
    },
    sampleSettings,
  );
  const [container] = service.spec.template.spec.containers;
  const job = buildJobObject(fn, { version, key, attempt: 1, owners: [] }, sampleSettings);
  return {
    key: key.author,
    service,
    container,
    env: Object.fromEntries((container.env ?? []).map(({ name, value, valueFrom }) => [name, value ?? valueFrom])),
    triggers: buildTriggers(fn, sampleSettings.eventing),
    types: buildTriggers(fn, sampleSettings.eventing).map((trigger) => trigger.spec.filter.attributes['type']),
    job,
    configMap: sourceObject(fn, jobWith()),
    resolve: resolveObject(fn, sampleSettings),
    plan: fetchPlan(fn, version, { hasIdentity: true, trustedHosts: [] }),
    destination: destinationOf(fn, 'key', sampleSettings.registry),
    nextResolution: nextResolution(fn),
    rebuild: decideRebuild({
      built: `${key.author}-${'0'.repeat(12)}`,
      wanted: key,
      upgrade: fn.spec.upgrade,
      rebuilding: 2,
    }),
    events: eventsOf(fn),
    rebuildsWithEachGeneration:
      contentKey(sampleFunction(spec, { generation: 4 }), version, platform).author !== key.author,
  };
}

/** What is due one minute after the source was resolved. */
function nextResolution(fn: LambdaFunction) {
  const sourceStatus = { revision: 'x', resolvedAt, requestKey: requestKey(fn) };
  return resolutionDue(sampleFunction(fn.spec, {}, { sourceStatus }), Date.parse(resolvedAt) + 60_000);
}

function eventsOf(fn: LambdaFunction) {
  const names: readonly BuildEvent[] = [
    'lifecycleBuildStarted',
    'lifecycleBuildCompleted',
    'lifecycleBuildFailed',
    'lifecycleBuildTimeout',
    'lifecycleBuildCancelled',
  ];
  return Object.fromEntries(names.map((name) => [name, { type: buildEventType(fn, name), source: eventSource(fn) }]));
}

/**
 * Field, a spec that sets it, where its value lands, what lands there, and a spec that differs in the field alone, default
 * an empty one. `>` steps into an object or a list.
 */
type Row = readonly [field: string, spec: object, place: string, expected: unknown, without?: object];

const secretName = { name: 'credentials' };
const minio = { bucket: 'code', key: 'hello.zip' };
const gcs = { bucket: 'code', key: 'hello.zip' };
const git = { url: 'https://git.example.com/hello.git' };
const image = { repository: 'registry.example.com/hello' };
const digest = `sha256:${'b'.repeat(64)}`;

const source = (type: string, block: object, more: object = {}): object => ({
  source: { type, [type]: block, ...more },
});
const build = (block: object): object => ({ build: block });
const eventing = (block: object): object => ({ eventing: block });
const observability = (block: object): object => ({ observability: block });
const variable = (valueFrom: object): object => ({ env: [{ name: 'A', valueFrom }] });
const types = (block: object): object => eventing({ eventTypes: block });

const annotation = (name: string): string =>
  `service > spec > template > metadata > annotations > autoscaling.knative.dev/${name}`;
const pod = 'service > spec > template > spec';
const delivery = 'triggers > 0 > spec > delivery';

const sourceRows: readonly Row[] = [
  ['source.type', source('git', git), 'plan > source > type', 'git'],
  [
    'source.minio.endpoint',
    source('minio', { ...minio, endpoint: 'minio:9000' }),
    'plan > source > endpoint',
    'http://minio:9000',
  ],
  ['source.minio.bucket', source('minio', minio), 'plan > source > bucket', 'code'],
  ['source.minio.key', source('minio', minio), 'plan > source > key', 'hello.zip'],
  [
    'source.minio.secretRef.name',
    source('minio', { ...minio, secretRef: secretName }),
    'job > spec > template > spec > volumes > 3 > secret > secretName',
    'credentials',
  ],
  ['source.s3.bucket', source('s3', minio), 'plan > source > bucket', 'code'],
  ['source.s3.key', source('s3', minio), 'plan > source > key', 'hello.zip'],
  [
    'source.s3.region',
    source('s3', { ...minio, region: 'eu-west-1' }),
    'plan > source > endpoint',
    'https://s3.eu-west-1.amazonaws.com',
  ],
  [
    'source.s3.secretRef.name',
    source('s3', { ...minio, secretRef: secretName }),
    'plan > credentials > kind',
    'secret',
  ],
  ['source.gcs.bucket', source('gcs', gcs), 'plan > source > bucket', 'code'],
  ['source.gcs.key', source('gcs', gcs), 'plan > source > key', 'hello.zip'],
  [
    'source.gcs.secretRef.name',
    source('gcs', { ...gcs, secretRef: secretName }),
    'plan > credentials > kind',
    'secret',
  ],
  ['source.git.url', source('git', git), 'plan > source > url', git.url],
  ['source.git.ref', source('git', { ...git, ref: 'v1' }), 'plan > source > ref', 'v1'],
  ['source.git.path', source('git', { ...git, path: 'functions/hello' }), 'plan > source > path', 'functions/hello'],
  [
    'source.git.secretRef.name',
    source('git', { ...git, secretRef: secretName }),
    'resolve > spec > template > spec > volumes > 1 > secret > secretName',
    'credentials',
  ],
  ['source.inline.code', source('inline', { code: 'x = 1' }), 'configMap > data > main.py', 'x = 1'],
  [
    'source.inline.dependencies',
    source('inline', { code: 'x', dependencies: 'requests==2' }),
    'configMap > data > requirements.txt',
    'requests==2',
  ],
  ['source.image.repository', source('image', image), 'container > image', `${image.repository}:latest`],
  ['source.image.tag', source('image', { ...image, tag: 'v1' }), 'container > image', `${image.repository}:v1`],
  ['source.image.digest', source('image', { ...image, digest }), 'container > image', `${image.repository}@${digest}`],
  [
    'source.image.pullPolicy',
    source('image', { ...image, pullPolicy: 'Always' }),
    'container > imagePullPolicy',
    'Always',
  ],
  [
    'source.image.imagePullSecrets[]',
    source('image', { ...image, imagePullSecrets: ['one'] }),
    `${pod} > imagePullSecrets > 0 > name`,
    'one',
  ],
  [
    'source.image.imagePullSecrets[].name',
    source('image', { ...image, imagePullSecrets: [{ name: 'two' }] }),
    `${pod} > imagePullSecrets > 0 > name`,
    'two',
  ],
  ['source.image.port', source('image', { ...image, port: 9000 }), 'container > ports > 0 > containerPort', 9000],
  ['source.image.command[]', source('image', { ...image, command: ['/run'] }), 'container > command > 0', '/run'],
  ['source.image.args[]', source('image', { ...image, args: ['--fast'] }), 'container > args > 0', '--fast'],
  ['source.pollInterval', source('git', git, { pollInterval: '5m' }), 'nextResolution > ms', 240_000],
];

const runtimeRows: readonly Row[] = [
  ['runtime.language', { runtime: { language: 'nodejs', version: '22' } }, 'plan > runtime > language', 'nodejs'],
  ['runtime.version', { runtime: { language: 'nodejs', version: '22' } }, 'plan > runtime > version', '22'],
  [
    'runtime.handler',
    { runtime: { language: 'python', version: '3.12', handler: 'main.run' } },
    'env > HANDLER',
    'main.run',
  ],
  ['scaling.minReplicas', { scaling: { minReplicas: 2 } }, annotation('min-scale'), '2'],
  ['scaling.maxReplicas', { scaling: { maxReplicas: 7 } }, annotation('max-scale'), '7'],
  ['scaling.containerConcurrency', { scaling: { containerConcurrency: 4 } }, `${pod} > containerConcurrency`, 4],
  ['scaling.targetConcurrency', { scaling: { targetConcurrency: 3 } }, annotation('target'), '3'],
  [
    'scaling.scaleToZeroGracePeriod',
    { scaling: { scaleToZeroGracePeriod: '5m' } },
    annotation('scale-to-zero-pod-retention-period'),
    '5m',
  ],
  [
    'resources.requests.memory',
    { resources: { requests: { memory: '96Mi' } } },
    'container > resources > requests > memory',
    '96Mi',
  ],
  [
    'resources.requests.cpu',
    { resources: { requests: { cpu: '70m' } } },
    'container > resources > requests > cpu',
    '70m',
  ],
  [
    'resources.limits.memory',
    { resources: { limits: { memory: '1Gi' } } },
    'container > resources > limits > memory',
    '1Gi',
  ],
  ['resources.limits.cpu', { resources: { limits: { cpu: '3' } } }, 'container > resources > limits > cpu', '3'],
  ['env[].name', { env: [{ name: 'A', value: '1' }] }, 'env > A', '1'],
  ['env[].value', { env: [{ name: 'A', value: '1' }] }, 'env > A', '1'],
  [
    'env[].valueFrom.fieldRef.apiVersion',
    variable({ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } }),
    'env > A > fieldRef > apiVersion',
    'v1',
  ],
  [
    'env[].valueFrom.fieldRef.fieldPath',
    variable({ fieldRef: { fieldPath: 'metadata.name' } }),
    'env > A > fieldRef > fieldPath',
    'metadata.name',
  ],
  [
    'env[].valueFrom.resourceFieldRef.containerName',
    variable({ resourceFieldRef: { containerName: 'user-container', resource: 'limits.cpu' } }),
    'env > A > resourceFieldRef > containerName',
    'user-container',
  ],
  [
    'env[].valueFrom.resourceFieldRef.resource',
    variable({ resourceFieldRef: { resource: 'limits.cpu' } }),
    'env > A > resourceFieldRef > resource',
    'limits.cpu',
  ],
  [
    'env[].valueFrom.resourceFieldRef.divisor',
    variable({ resourceFieldRef: { resource: 'limits.cpu', divisor: 1 } }),
    'env > A > resourceFieldRef > divisor',
    '1',
  ],
  [
    'env[].valueFrom.secretKeyRef.name',
    variable({ secretKeyRef: { name: 's', key: 'k' } }),
    'env > A > secretKeyRef > name',
    's',
  ],
  [
    'env[].valueFrom.secretKeyRef.key',
    variable({ secretKeyRef: { name: 's', key: 'k' } }),
    'env > A > secretKeyRef > key',
    'k',
  ],
  [
    'env[].valueFrom.secretKeyRef.optional',
    variable({ secretKeyRef: { name: 's', key: 'k', optional: true } }),
    'env > A > secretKeyRef > optional',
    true,
  ],
  [
    'env[].valueFrom.configMapKeyRef.name',
    variable({ configMapKeyRef: { name: 'c', key: 'k' } }),
    'env > A > configMapKeyRef > name',
    'c',
  ],
  [
    'env[].valueFrom.configMapKeyRef.key',
    variable({ configMapKeyRef: { name: 'c', key: 'k' } }),
    'env > A > configMapKeyRef > key',
    'k',
  ],
  [
    'env[].valueFrom.configMapKeyRef.optional',
    variable({ configMapKeyRef: { name: 'c', key: 'k', optional: true } }),
    'env > A > configMapKeyRef > optional',
    true,
  ],
  ['imagePullPolicy', { imagePullPolicy: 'Never' }, 'container > imagePullPolicy', 'Never'],
  ['upgrade.rebuild', { upgrade: { rebuild: 'rolling(3)' } }, 'rebuild', 'build'],
];

const buildRows: readonly Row[] = [
  ['build.timeout', build({ timeout: '90s' }), 'job > spec > activeDeadlineSeconds', 90],
  [
    'build.registry',
    build({ registry: 'other.example.com' }),
    'destination > pullRepository',
    'other.example.com/knative-lambda-functions',
  ],
  [
    'build.registryType',
    build({ registryType: 'ghcr', repository: 'me/hello' }),
    'destination > pullRepository',
    'ghcr.io/me/hello',
  ],
  [
    'build.repository',
    build({ repository: 'team/hello' }),
    'destination > pullRepository',
    'pull.example.com/team/hello',
  ],
  ['build.tag', build({ tag: 'v1' }), 'destination > tag', 'v1'],
  [
    'build.imagePullSecret',
    build({ imagePullSecret: 'push' }),
    'job > spec > template > spec > volumes > 4 > secret > secretName',
    'push',
  ],
  ['build.awsRegion', build({ awsRegion: 'eu-west-1' }), 'destination > awsRegion', 'eu-west-1'],
  [
    'build.insecure',
    build({ insecure: true }),
    'job > spec > template > spec > containers > 0 > args > 4',
    '--insecure-registry=push.example.com',
  ],
  ['build.forceRebuild', build({ forceRebuild: true }), 'rebuildsWithEachGeneration', true],
];

const eventingRows: readonly Row[] = [
  ['eventing.enabled', eventing({ enabled: false }), 'triggers', []],
  [
    'eventing.resourcePrefix',
    eventing({ resourcePrefix: 'team' }),
    'triggers > 0 > metadata > name',
    expect.stringMatching(/^team-hello-[0-9a-f]{8}$/),
  ],
  ['eventing.brokerName', eventing({ brokerName: 'own' }), 'triggers > 0 > spec > broker', 'own'],
  [
    'eventing.subscriberServiceName',
    eventing({ subscriberServiceName: 'other' }),
    'triggers > 0 > spec > subscriber > ref > name',
    'other',
  ],
  [
    'eventing.eventSource',
    eventing({ eventSource: 'team/hello' }),
    'events > lifecycleBuildStarted > source',
    'team/hello',
  ],
  [
    'eventing.rabbitmq.parallelism',
    eventing({ rabbitmq: { parallelism: 9 } }),
    'triggers > 0 > metadata > annotations > rabbitmq.eventing.knative.dev/parallelism',
    '9',
  ],
  [
    'eventing.dlq.enabled',
    eventing({ brokerName: 'own', dlq: { enabled: false } }),
    `${delivery} > deadLetterSink`,
    undefined,
    eventing({ brokerName: 'own' }),
  ],
  ['eventing.dlq.retryMaxAttempts', eventing({ dlq: { retryMaxAttempts: 0 } }), `${delivery} > retry`, 0],
  [
    'eventing.dlq.retryBackoffDelay',
    eventing({ dlq: { retryBackoffDelay: 'PT3S' } }),
    `${delivery} > backoffDelay`,
    'PT3S',
  ],
  ['eventing.eventTypes.invokeSync', types({ invokeSync: 'a.b' }), 'types > 0', 'a.b'],
  ['eventing.eventTypes.invokeAsync', types({ invokeAsync: 'a.b' }), 'types > 1', 'a.b'],
  ['eventing.eventTypes.invokeScheduled', types({ invokeScheduled: 'a.b' }), 'types > 2', 'a.b'],
  [
    'eventing.eventTypes.lifecycleBuildStarted',
    types({ lifecycleBuildStarted: 'a.b' }),
    'events > lifecycleBuildStarted > type',
    'a.b',
  ],
  [
    'eventing.eventTypes.lifecycleBuildCompleted',
    types({ lifecycleBuildCompleted: 'a.b' }),
    'events > lifecycleBuildCompleted > type',
    'a.b',
  ],
  [
    'eventing.eventTypes.lifecycleBuildFailed',
    types({ lifecycleBuildFailed: 'a.b' }),
    'events > lifecycleBuildFailed > type',
    'a.b',
  ],
  [
    'eventing.eventTypes.lifecycleBuildTimeout',
    types({ lifecycleBuildTimeout: 'a.b' }),
    'events > lifecycleBuildTimeout > type',
    'a.b',
  ],
  [
    'eventing.eventTypes.lifecycleBuildCancelled',
    types({ lifecycleBuildCancelled: 'a.b' }),
    'events > lifecycleBuildCancelled > type',
    'a.b',
  ],
  [
    'eventing.eventTypes.buildComplete',
    types({ buildComplete: 'a.b' }),
    'events > lifecycleBuildCompleted > type',
    'a.b',
  ],
  ['eventing.eventTypes.buildFailed', types({ buildFailed: 'a.b' }), 'events > lifecycleBuildFailed > type', 'a.b'],
  ['eventing.eventTypes.buildTimeout', types({ buildTimeout: 'a.b' }), 'events > lifecycleBuildTimeout > type', 'a.b'],
];

const logfire = { enabled: true, tokenSecretRef: { name: 'logfire', key: 'token', optional: true } };

const observabilityRows: readonly Row[] = [
  ['observability.tracing.enabled', observability({ tracing: { enabled: false } }), 'env > OTEL_SDK_DISABLED', 'true'],
  [
    'observability.tracing.endpoint',
    observability({ tracing: { endpoint: 'http://a:4318' } }),
    'env > OTEL_EXPORTER_OTLP_ENDPOINT',
    'http://a:4318',
  ],
  [
    'observability.tracing.samplingRate',
    observability({ tracing: { samplingRate: '0.25' } }),
    'env > OTEL_TRACES_SAMPLER_ARG',
    '0.25',
  ],
  [
    'observability.tracing.resourceAttributes{}',
    observability({ tracing: { resourceAttributes: { team: 'a,b' } } }),
    'env > OTEL_RESOURCE_ATTRIBUTES',
    'team=a%2Cb',
  ],
  ['observability.metrics.port', observability({ metrics: { port: 9999 } }), 'env > METRICS_PORT', '9999'],
  ['observability.logging.level', observability({ logging: { level: 'debug' } }), 'env > LOG_LEVEL', 'debug'],
  ['observability.logging.format', observability({ logging: { format: 'text' } }), 'env > LOG_FORMAT', 'text'],
  [
    'observability.logfire.enabled',
    observability({ logfire: { ...logfire, enabled: false } }),
    'env > LOGFIRE_TOKEN',
    undefined,
    observability({ logfire }),
  ],
  [
    'observability.logfire.tokenSecretRef.name',
    observability({ logfire }),
    'env > LOGFIRE_TOKEN > secretKeyRef > name',
    'logfire',
  ],
  [
    'observability.logfire.tokenSecretRef.key',
    observability({ logfire }),
    'env > LOGFIRE_TOKEN > secretKeyRef > key',
    'token',
  ],
  [
    'observability.logfire.tokenSecretRef.optional',
    observability({ logfire }),
    'env > LOGFIRE_TOKEN > secretKeyRef > optional',
    true,
  ],
];

const rows = [...sourceRows, ...runtimeRows, ...buildRows, ...eventingRows, ...observabilityRows];

const unchanged = effectsOf({});

describe('a field of the spec', () => {
  test.each(rows)('%s lands in what the operator does', (_field, spec, place, expected) => {
    expect(valueAt(effectsOf(spec), place)).toEqual(expected);
  });

  test.each(rows)('%s and nothing else puts it there', (...[, , place, expected, without]) => {
    expect(valueAt(without === undefined ? unchanged : effectsOf(without), place)).not.toEqual(expected);
  });
});

/** A value that nobody would leave to a default. */
const values: Readonly<Record<string, unknown>> = {
  triggers: [{ broker: 'default' }],
  'eventing.rabbitmq.queueType': 'classic',
  'eventing.dlq.overflowPolicy': 'drop-head',
  'eventing.apiSource.mode': 'Reference',
  'eventing.apiSource.resources': [{ apiVersion: 'v1', kind: 'Pod', labelSelector: {} }],
  'observability.tracing.propagation': 'b3',
  'observability.metrics.labels': { team: 'a' },
  'observability.metrics.path': '/stats',
};

function otherThan(path: string, unsaid: unknown): unknown {
  if (path in values) return values[path];
  if (typeof unsaid === 'boolean') return !unsaid;
  if (typeof unsaid === 'number') return unsaid + 1;
  return /interval|retention/.test(path) ? '2h' : /eventTypes/.test(path) ? 'a.b' : 'other';
}

/** A spec with one field, and the source that the field belongs to. */
function specWith(path: string, value: unknown): object {
  const nested = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return path === 'source.gcs.project'
    ? source('gcs', { ...gcs, project: 'my-project' })
    : Object.fromEntries(Object.entries(Object(nested)));
}

const deadLettersOff = (block: object) =>
  fieldsWithoutEffect(sampleFunction(eventing({ ...block, dlq: { enabled: false } })).spec);

describe('a field that cannot have an effect', () => {
  test.each(ineffectiveFields.map(({ path, unsaid }) => [path, unsaid] as const))(
    '%s is said to have none',
    (path, unsaid) => {
      const { spec } = sampleFunction(specWith(path, otherThan(path, unsaid)));
      expect(fieldsWithoutEffect(spec).filter((text) => text.startsWith(`spec.${path} `))).toHaveLength(1);
    },
  );

  test('is not spoken of where only the schema filled it in', () => {
    const blocks = { dlq: { cleanup: {} }, rabbitmq: {}, eventTypes: {}, apiSource: {}, monitoring: {} };
    const telemetry = { tracing: {}, metrics: {}, logging: {}, logfire: {} };
    const { spec } = sampleFunction({ eventing: blocks, observability: telemetry });
    expect(fieldsWithoutEffect(spec)).toEqual([]);
  });

  test('is one that turns dead letters off for a function alone', () => {
    expect(deadLettersOff({})).toEqual([expect.stringContaining('spec.eventing.dlq.enabled')]);
    expect(deadLettersOff({ brokerName: 'own' })).toEqual([]);
  });
});

test('every field of the schema has a row, and every row a field', () => {
  const fields = fieldsOf(buildCustomResourceDefinition('LambdaFunction')).filter(
    (field) => !ineffectiveFields.some(({ path }) => isBelow(field, path)),
  );
  expect(fields.length).toBeGreaterThan(80);
  expect(rows.map(([field]) => field).toSorted()).toEqual(fields.toSorted());
});
