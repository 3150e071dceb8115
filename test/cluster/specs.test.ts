import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { buildAccount } from '../../operator/agent/account.ts';
import { buildAgentBroker, rabbitmqOf } from '../../operator/agent/broker.ts';
import { forwardsOf } from '../../operator/agent/forward.ts';
import { sampleAgent, sampleSettings as agentSettings } from '../../operator/agent/sample.ts';
import { buildAgentService } from '../../operator/agent/service.ts';
import { buildForwardTrigger, buildSubscriptionTrigger } from '../../operator/agent/triggers.ts';
import { builderProfiles, type LambdaAgent } from '../../operator/api/index.ts';
import { buildJobObject, resolveObject, sourceObject } from '../../operator/function/build-objects.ts';
import { givenImage } from '../../operator/function/destination.ts';
import { sampleFunction, sampleSettings } from '../../operator/function/sample.ts';
import { serviceObject } from '../../operator/function/serving-objects.ts';
import type { FunctionSettings } from '../../operator/function/settings.ts';
import type { AppliedObject } from '../../operator/specs/applied-object.ts';
import { brokerResource, buildNamespaceBroker } from '../../operator/specs/broker.ts';
import { type AppliedJob, jobResource } from '../../operator/specs/job.ts';
import { type KnativeService, knativeServiceResource } from '../../operator/specs/knative-service.ts';
import { manager, sharedReference } from '../../operator/specs/ownership.ts';
import { podResource } from '../../operator/specs/pod.ts';
import {
  buildNamespaceBrokerConfig,
  rabbitmqBrokerConfigResource,
} from '../../operator/specs/rabbitmq-broker-config.ts';
import { replicaSetResource } from '../../operator/specs/replica-set.ts';
import { revisionResource } from '../../operator/specs/revision.ts';
import { buildServiceAccount } from '../../operator/specs/service-account.ts';
import { buildTriggers, triggerResource } from '../../operator/specs/trigger.ts';
import { type Environment, readEnvironments } from '../../stacks/index.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { knativeServing, startKnativeWebhook } from './knative-webhook.ts';
import { parseObject } from './kubernetes-object.ts';
import { makePlatformNamespaces } from './platform-namespaces.ts';

const environments = readEnvironments().filter(({ name }) => name === 'dev' || name === 'pro');
const builderNames = ['kaniko', 'buildah'] as const;

const version = { kind: 'commit', value: 'c'.repeat(40) } as const;
const key = { author: 'a'.repeat(20), platform: 'b'.repeat(12) };

const full = parseObject(parse(readFileSync(new URL('manifests/full-function.yaml', import.meta.url), 'utf8')));

interface Sample {
  readonly what: string;
  readonly spec: object;
}

const image = { repository: 'ghcr.io/example/hello', tag: 'v1.0.0', command: ['/run'], args: ['--fast'], port: 9000 };

const samples: readonly Sample[] = [
  { what: 'the smallest function', spec: {} },
  { what: 'a function with every field', spec: Object(full['spec']) },
  { what: 'a function from a bucket', spec: { source: { type: 's3', s3: { bucket: 'code', key: 'hello.zip' } } } },
  { what: 'a ready-made image', spec: { source: { type: 'image', image: { ...image, imagePullSecrets: ['pull'] } } } },
];

function settingsOf(environment: Environment, builder: FunctionSettings['builds']['builder']): FunctionSettings {
  const { builds } = sampleSettings;
  const toleration = { key: 'spot', operator: 'Exists', effect: 'NoSchedule' } as const;
  return {
    ...sampleSettings,
    serving: { ...sampleSettings.serving, environment: environment.name },
    builds: {
      ...builds,
      builder,
      resources: environment.builds.resources,
      pod: {
        ...builds.pod,
        identity: { kind: 'web-identity', roleArn: 'arn:aws:iam::123456789012:role/builder' },
        nodeSelector: { pool: 'builds' },
        tolerations: [toleration],
      },
    },
  };
}

const isJob = (object: AppliedObject): object is AppliedJob => object.kind === 'Job';

const functionNamespace = ({ namespaces }: Environment): string => namespaces.functions[0] ?? '';

const functionOf = (environment: Environment, { spec, what }: Sample) =>
  sampleFunction(spec, { name: what.replaceAll(/[^a-z]+/g, '-'), namespace: functionNamespace(environment) });

function buildsOf(environment: Environment, sample: Sample, settings: FunctionSettings): readonly AppliedObject[] {
  const fn = functionOf(environment, sample);
  const resolve = resolveObject(fn, settings);
  const ask = { version, key, attempt: 1, owners: [sharedReference(fn)] };
  const job = buildJobObject(fn, ask, settings);
  const metadata = { name: 'build', uid: '1', resourceVersion: '1', creationTimestamp: '' };
  const code = sourceObject(fn, { metadata: { ...metadata, namespace: fn.metadata.namespace } });
  return [code, job, resolve].filter((object) => object !== undefined);
}

function service(environment: Environment, sample: Sample, live?: KnativeService) {
  const fn = functionOf(environment, sample);
  const built = `pull.example.com/functions@sha256:${'d'.repeat(64)}`;
  return serviceObject(
    fn,
    { image: givenImage(fn.spec) ?? built, pin: { kind: 'none' }, live, objects: { kind: 'unwatched' } },
    settingsOf(environment, 'kaniko'),
  );
}

const prompts = [
  { systemPrompt: 'Say $(HOME) and “no”.' },
  { systemPromptConfigMapRef: { name: 'prompts', key: 'agent.txt' } },
] as const;

/** An agent that asks for all that leads to an object. */
const agentIn = (namespace: string, prompt: object = prompts[0]): LambdaAgent =>
  sampleAgent(
    {
      image: { repository: 'ghcr.io/example/agent', imagePullSecrets: ['pull'] },
      ai: { provider: 'openai', apiKeySecretRef: { name: 'keys', key: 'api' }, ...prompt },
      memory: { enabled: true, shortTerm: { redisSecretRef: { name: 'redis' } } },
      eventing: {
        subscriptions: [{ eventType: 'io.example.chat', source: '/chat', description: 'Chat' }, { eventType: '*' }],
        forwards: [{ eventTypes: ['io.example.order'], targetAgent: 'other', targetNamespace: 'others' }],
      },
    },
    { namespace },
  );

function agentObjects(agent: LambdaAgent): readonly AppliedObject[] {
  const rabbitmq = rabbitmqOf(agent, agentSettings.broker) ?? neverEmpty();
  const { broker, config } = buildAgentBroker(agent, rabbitmq, agentSettings);
  const { subscriptions = [] } = agent.spec.eventing ?? {};
  return [
    buildAccount(agent) ?? neverEmpty(),
    config,
    broker,
    buildAgentService({
      agent,
      settings: agentSettings,
      sink: 'http://broker.example.com',
      references: '',
      budget: { kind: 'none' },
    }),
    ...subscriptions.map((one) => buildSubscriptionTrigger(agent, one, agentSettings)),
    ...forwardsOf(agent).map((one) =>
      buildForwardTrigger(agent, one, { uri: 'http://other-broker.example.com' }, agentSettings),
    ),
  ];
}

const resources = [
  jobResource,
  podResource,
  replicaSetResource,
  knativeServiceResource,
  revisionResource,
  triggerResource,
  brokerResource,
  rabbitmqBrokerConfigResource,
];

/** What the Pod Security level `restricted`, which `dev` only warns by, says of a container that builds. */
const builderWarning = /^would violate PodSecurity "restricted:latest": /;

describe('objects of a function on a real API server', () => {
  let starting: Promise<ControlPlane>;
  let controlPlane: ControlPlane;

  const apply = (object: object) => controlPlane.admin.apply(object, { fieldManager: manager, force: true });

  /** Applies twice: accepted as it is, without a word, and the second time without a change. */
  const accepts = async (object: AppliedObject): Promise<readonly string[]> => {
    const first = await apply(object);
    const second = await apply(object);
    expect(second.body).toEqual(first.body);
    return [...first.warnings, ...second.warnings];
  };

  const runs = async (namespace: string, spec: object, labels: object = {}) => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'trial', namespace, labels }, spec };
    const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`;
    return controlPlane.admin.request('POST', path, pod);
  };

  beforeAll(async () => {
    starting = startControlPlane({ crds: readForeignCrds(), controllerManager: false });
    controlPlane = await starting;
    const { admin } = controlPlane;
    await makePlatformNamespaces(admin);
    for (const { name } of environments) {
      const kinds = new Set(['Namespace', 'LimitRange', 'ServiceAccount']);
      for (const object of readManifests(name).filter(({ kind }) => kinds.has(kind))) {
        await admin.apply(object, { fieldManager: 'flux' });
      }
    }
    await startKnativeWebhook(controlPlane, knativeServing, 'tiers');
    const wrong = {
      ...service(environments[0] ?? neverEmpty(), samples[0] ?? neverEmpty()),
      spec: { template: { spec: { containers: [] } } },
    };
    const isRefused = async (): Promise<boolean> => {
      const answer = await admin.apply(wrong, { fieldManager: manager, dryRun: true }).catch(String);
      return typeof answer === 'string' && answer.includes('denied the request');
    };
    await eventually(isRefused, { giveUp: controlPlane.failure });
  });

  // also when the start took longer than the hook was given
  afterAll(async () => (await starting).stop());

  describe.each(environments.map((environment) => ({ name: environment.name, environment })))(
    '$name',
    ({ environment }) => {
      const namespace = functionNamespace(environment);

      test.each(samples)(
        "$what: Knative's webhook takes the service without a word, and twice without a change",
        async (sample) => {
          expect(await accepts(service(environment, sample))).toEqual([]);
        },
      );

      test.each(samples)('$what: its Triggers are accepted', async (sample) => {
        const triggers = buildTriggers(functionOf(environment, sample), sampleSettings.eventing);
        expect(triggers.length).toBeGreaterThan(0);
        for (const trigger of triggers) expect(await accepts(trigger)).toEqual([]);
      });

      test.each(samples)('$what: its pod is one that the strictest Pod Security level admits', async (sample) => {
        const { labels } = service(environment, sample).spec.template.metadata;
        const { containerConcurrency: _, timeoutSeconds: __, ...pod } = service(environment, sample).spec.template.spec;
        expect(await runs(namespace, pod, labels)).toMatchObject({ status: 201, warnings: [] });
        await apply({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: 'strict', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
        });
        await apply({
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: pod.serviceAccountName, namespace: 'strict' },
        });
        expect(await runs('strict', pod, labels)).toMatchObject({ status: 201 });
      });

      describe.each(builderNames)('builder %s', (builder) => {
        const settings = settingsOf(environment, builder);

        test.each(samples)(
          '$what: its builds are accepted, and nothing but the builder is warned of',
          async (sample) => {
            for (const object of buildsOf(environment, sample, settings)) {
              const warnings = (await accepts(object)).filter(
                (warning) => !builderWarning.test(warning) || /"fetch"/.test(warning),
              );
              expect(warnings).toEqual([]);
              await controlPlane.admin.remove({ ...object, name: object.metadata.name, namespace });
            }
          },
        );

        test('runs in pods that the Pod Security of the namespace admits', async () => {
          const jobs = samples.flatMap((sample) => buildsOf(environment, sample, settings)).filter(isJob);
          expect(jobs.length).toBeGreaterThan(3);
          for (const { spec } of jobs) {
            const { status, body } = await runs(
              namespace,
              Object(spec.template.spec),
              Object(spec.template.metadata?.labels),
            );
            expect({ status, body: status < 300 ? '' : body }).toEqual({ status: 201, body: '' });
          }
          expect(builderProfiles[builder].podSecurityLevel).toBe('baseline');
        });
      });

      test('the broker of a namespace and where it keeps its events are accepted', async () => {
        const cluster = { by: 'name', name: 'rabbitmq', namespace: 'rabbitmq-system' } as const;
        const connection = {
          by: 'connectionSecret',
          name: 'rabbitmq-credentials',
          namespace: 'knative-lambda',
        } as const;
        const { deadLetterSink = neverEmpty() } = sampleSettings.eventing;
        const config = buildNamespaceBrokerConfig(namespace, { cluster, queueType: 'quorum', vhost: '/' });
        expect(await accepts(config)).toEqual([]);
        expect(await accepts(buildNamespaceBroker('lambda-broker', namespace, deadLetterSink))).toEqual([]);
        const byConnection = buildNamespaceBrokerConfig(namespace, {
          cluster: connection,
          queueType: 'quorum',
          vhost: '/',
        });
        await expect(apply(byConnection)).rejects.toThrow('the spec is immutable');
      });

      test.each(prompts)(
        'the objects of an agent with %j are accepted, its pod as a restricted one',
        async (prompt) => {
          const agent = agentIn(namespace, prompt);
          const objects = agentObjects(agent);
          expect(objects.map(({ kind }) => kind)).toEqual(
            expect.arrayContaining(['ServiceAccount', 'RabbitmqBrokerConfig', 'Broker', 'Service', 'Trigger']),
          );
          for (const object of objects) expect(await accepts(object)).toEqual([]);
          const { template } = buildAgentService({
            agent,
            settings: agentSettings,
            sink: undefined,
            references: '',
            budget: { kind: 'metered', ledger: 'http://receiver/budgets/a/b/c/', used: undefined },
          }).spec;
          const { containerConcurrency: _, timeoutSeconds: __, ...pod } = template.spec;
          expect(await runs(namespace, pod, template.metadata.labels)).toMatchObject({ status: 201, warnings: [] });
        },
      );

      test('the accounts of functions and builds are accepted', async () => {
        for (const use of ['function', 'builder'] as const) {
          const account = buildServiceAccount({
            name: `own-${use}`,
            namespace,
            use,
            pullSecret: 'ecr-pull',
            roleArn: undefined,
          });
          expect(await accepts(account)).toEqual([]);
        }
      });
    },
  );

  test.each(resources)(
    'serves $plural as the operator asks for them',
    async ({ group, kind, plural, version: served }) => {
      const root = group === '' ? `/api/${served}` : `/apis/${group}/${served}`;
      const { status, body } = await controlPlane.admin.request('GET', `${root}/namespaces/default/${plural}?limit=1`);
      expect({ status, body }).toMatchObject({ status: 200, body: { kind: `${kind}List` } });
    },
  );

  test('fails on a Job and a Knative Service with a field that their kinds have not', async () => {
    const [environment = neverEmpty()] = environments;
    const [sample = neverEmpty()] = samples;
    const job = buildsOf(environment, sample, settingsOf(environment, 'kaniko')).find(isJob) ?? neverEmpty();
    await expect(apply({ ...job, spec: { ...job.spec, unknown: 1 } })).rejects.toThrow('.spec.unknown');
    const { spec, ...rest } = service(environment, sample);
    const template = { ...spec.template, spec: { ...spec.template.spec, unknown: 1 } };
    await expect(apply({ ...rest, spec: { template } })).rejects.toThrow('unknown');
  });

  // the definition of a Trigger keeps unknown fields, so that the API server refuses none
  test('sets no field of a Trigger or Broker that its definition does not name', () => {
    const [environment = neverEmpty()] = environments;
    const { deadLetterSink = neverEmpty() } = sampleSettings.eventing;
    const own = { what: 'own broker', spec: { eventing: { brokerName: 'own', dlq: {} } } };
    const triggers = buildTriggers(functionOf(environment, own), sampleSettings.eventing);
    const broker = buildNamespaceBroker('lambda-broker', 'functions', deadLetterSink);
    // the timeout of a delivery is a beta feature of Knative, which only its code names
    const named = new Set(['spec.delivery.timeout']);
    for (const { kind, spec } of [...triggers, broker]) {
      expect(undeclared(spec, specSchemaOf(kind), 'spec').filter((path) => !named.has(path))).toEqual([]);
    }
    expect(undeclared({ filters: [{ unknown: 1 }], unknown: 1 }, specSchemaOf('Trigger'), 'spec')).toContain(
      'spec.unknown',
    );
  });
});

function neverEmpty(): never {
  throw new Error('a list that is written down here is empty');
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
}

const schema: z.ZodType<Schema> = z.lazy(() => z.looseObject({ properties: z.record(z.string(), schema).optional() }));

const definition = z.looseObject({
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ kind: z.string() }),
    versions: z.array(z.looseObject({ name: z.string(), schema: z.looseObject({ openAPIV3Schema: schema }) })),
  }),
});

/** Schema of the spec of a kind of Knative Eventing, as its release has it. */
function specSchemaOf(kind: string): Schema {
  const found = readForeignCrds()
    .map((crd) => definition.parse(crd).spec)
    .find(({ group, names }) => group === 'eventing.knative.dev' && names.kind === kind);
  return found?.versions.find(({ name }) => name === 'v1')?.schema.openAPIV3Schema.properties?.['spec'] ?? neverEmpty();
}

/** Paths of members that a schema does not name; one without members names none. */
function undeclared(value: unknown, { properties }: Schema, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || properties === undefined) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const declared = properties[name];
    return declared === undefined ? [`${path}.${name}`] : undeclared(member, declared, `${path}.${name}`);
  });
}
