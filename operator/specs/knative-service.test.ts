import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../kube/object.ts';
import { referencesOf } from '../function/references.ts';
import { referenceVersions } from './reference.ts';
import { sampleFunction, sampleSettings } from '../function/sample.ts';
import { serviceObject, type ServingAsk } from '../function/serving-objects.ts';
import { decidePin } from '../function/pin.ts';
import { isApplied } from './applied-object.ts';
import type { AppliedKnativeService, KnativeService } from './knative-service.ts';
import type { Revision } from './revision.ts';

const image = `pull.example.com/functions@sha256:${'a'.repeat(64)}`;

const build = (spec: object = {}, metadata: object = {}, ask: Partial<ServingAsk> = {}): AppliedKnativeService =>
  serviceObject(
    sampleFunction(spec, metadata),
    { image, pin: { kind: 'none' }, live: undefined, objects: { kind: 'unwatched' }, ...ask },
    sampleSettings,
  );

const podOf = (service: AppliedKnativeService) => service.spec.template.spec;

/** What the API server would have of an applied service. */
const stored = (service: AppliedKnativeService): KnativeService => ({
  ...service,
  metadata: { ...service.metadata, uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
});

describe('the Knative Service of a function', () => {
  test('runs the image by its digest in a pod that may do nothing', () => {
    const pod = podOf(build());
    expect(pod).toMatchObject({
      serviceAccountName: 'knative-lambda-function',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [
        {
          image,
          imagePullPolicy: 'IfNotPresent',
          readinessProbe: { httpGet: { path: '/health', port: 8080 } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            runAsUser: 65_532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
        },
      ],
    });
  });

  test('leaves traffic to who splits it', () => {
    expect(Object.keys(build().spec)).toEqual(['template']);
  });

  test('scales as the published operator did where nothing is said', () => {
    expect(build().spec.template.metadata.annotations).toMatchObject({
      'autoscaling.knative.dev/class': 'kpa.autoscaling.knative.dev',
      'autoscaling.knative.dev/metric': 'concurrency',
      'autoscaling.knative.dev/min-scale': '0',
      'autoscaling.knative.dev/max-scale': '50',
      'autoscaling.knative.dev/target': '10',
    });
    expect(podOf(build())).toMatchObject({ containerConcurrency: 10, timeoutSeconds: 310 });
  });

  test.each([
    [{}, 10, '10'],
    [{ targetConcurrency: 20 }, 20, '20'],
    [{ containerConcurrency: 4 }, 4, '4'],
    [{ containerConcurrency: 100 }, 100, '10'],
    [{ containerConcurrency: 30, targetConcurrency: 20 }, 30, '20'],
  ])('takes %j as limit %i and target %s, and tells the wrapper the limit', (scaling, limit, target) => {
    const service = build({ scaling });
    expect(podOf(service).containerConcurrency).toBe(limit);
    expect(podOf(service).containers[0].env).toContainEqual({ name: 'MAX_CONCURRENCY', value: String(limit) });
    expect(service.spec.template.metadata.annotations['autoscaling.knative.dev/target']).toBe(target);
  });

  test.each([
    [undefined, { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '100m', memory: '128Mi' } }],
    [
      { requests: { cpu: '1', memory: '96Mi' } },
      { requests: { cpu: '1', memory: '96Mi' }, limits: { cpu: '1', memory: '128Mi' } },
    ],
    [
      { limits: { memory: '1Gi' } },
      { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '100m', memory: '1Gi' } },
    ],
  ])('with resources %j has limits that a quota can count', (resources, expected) => {
    expect(podOf(build(resources === undefined ? {} : { resources })).containers[0].resources).toEqual(expected);
  });

  test('lets what the author sets win over what is injected, each name once', () => {
    const env = [{ name: 'LOG_LEVEL', value: 'debug' }, { name: 'HANDLER', value: 'x.y' }, { name: 'EMPTY' }];
    const variables = podOf(build({ env })).containers[0].env ?? [];
    expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
    expect(variables).toEqual(
      expect.arrayContaining([
        { name: 'LOG_LEVEL', value: 'debug' },
        { name: 'HANDLER', value: 'x.y' },
        { name: 'EMPTY', value: '' },
      ]),
    );
    expect(variables).toContainEqual({ name: 'FUNCTION_NAME', value: 'hello' });
  });

  test('allows a call as long as the author says, and the time to answer that it was too long', () => {
    const spec = { env: [{ name: 'TIMEOUT_SECONDS', value: '29.5' }] };
    expect(podOf(build(spec)).timeoutSeconds).toBe(40);
    expect(podOf(build({ env: [{ name: 'TIMEOUT_SECONDS', value: 'never' }] })).timeoutSeconds).toBe(310);
  });

  test('makes another revision of a tag that was pushed again, and of nothing else', () => {
    const annotations = { 'lambda.knative.io/source-changed': '2026-01-01T00:00:00Z' };
    const changed = (source: object) =>
      build({ source, runtime: undefined }, { annotations }, { image: 'r:latest' }).spec.template.metadata.annotations;
    const name = 'lambda.knative.io/source-changed';
    expect(changed({ type: 'image', image: { repository: 'r' } })).toMatchObject(annotations);
    expect(
      changed({ type: 'image', image: { repository: 'r', digest: `sha256:${'a'.repeat(64)}` } }),
    ).not.toHaveProperty([name]);
    expect(changed({ type: 'inline', inline: { code: 'x' } })).not.toHaveProperty([name]);
  });

  test('probes an image of the author by its port, as it may serve any path', () => {
    const source = { type: 'image', image: { repository: 'r', port: 9000 } };
    const [container] = podOf(build({ source, runtime: undefined }, {}, { image: 'r:latest' })).containers;
    expect(container.readinessProbe).toEqual({ tcpSocket: { port: 9000 } });
    expect(container.env?.map(({ name }) => name)).not.toContain('HANDLER');
  });

  test('sends no spans where there is nobody to send them to', () => {
    const telemetry = { tracesEndpoint: '', samplingRatio: 1, logLevel: 'info' } as const;
    const service = serviceObject(
      sampleFunction(),
      { image, pin: { kind: 'none' }, live: undefined, objects: { kind: 'unwatched' } },
      { ...sampleSettings, serving: { ...sampleSettings.serving, telemetry } },
    );
    expect(podOf(service).containers[0].env).toContainEqual({ name: 'OTEL_SDK_DISABLED', value: 'true' });
  });
});

describe('another apply', () => {
  test('is not needed while nothing changed', () => {
    expect(isApplied(build(), stored(build()))).toBe(true);
    expect(isApplied(build({}, { resourceVersion: '2000', generation: 9 }), stored(build()))).toBe(true);
  });

  test.each([
    ['spec', { scaling: { minReplicas: 1 } }, {}],
    ['image', {}, { image: 'other@sha256:2' }],
  ])('is needed after a change of the %s', (_what, spec, ask) => {
    expect(isApplied(build(spec, {}, ask), stored(build()))).toBe(false);
  });

  test('is needed for a service that nobody applied', () => {
    expect(isApplied(build(), { metadata: {} })).toBe(false);
  });
});

const traced = (id: string) => ({
  annotations: { 'lambda.knative.io/traceparent': id, 'lambda.knative.io/correlation-id': id },
});

const traceOf = (service: AppliedKnativeService) =>
  service.spec.template.metadata.annotations['lambda.knative.io/traceparent'];

describe('the trace of a change', () => {
  test('is on the revision that it caused', () => {
    expect(traceOf(build({}, traced('t1')))).toBe('t1');
  });

  test('makes no revision of its own', () => {
    const live = stored(build({}, traced('t1')));
    const again = build({}, traced('t2'), { live });
    expect(again.spec.template).toEqual(live.spec.template);
    expect(isApplied(again, live)).toBe(true);
    expect(traceOf(build({ scaling: { minReplicas: 1 } }, traced('t2'), { live }))).toBe('t2');
  });
});

const secretAt = (resourceVersion: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', uid: 'u1', resourceVersion, creationTimestamp: '' },
});

const objectsAt = (resourceVersion: string) =>
  ({
    kind: 'watched',
    find: ({ kind }: { kind: string }) => (kind === 'Secret' ? secretAt(resourceVersion) : undefined),
  }) as const;

describe('a Secret that pods read', () => {
  const env = [
    { name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } },
    { name: 'B', valueFrom: { secretKeyRef: { name: 'db', key: 'user' } } },
    { name: 'C', valueFrom: { configMapKeyRef: { name: 'settings', key: 'c' } } },
  ];
  const references = referencesOf(sampleFunction({ env, build: { imagePullSecret: 'push' } }).spec);

  test('has its version on the template, so that a new one rolls out', () => {
    expect(referenceVersions(references, objectsAt('1'), undefined)).toBe('ConfigMap/settings=absent,Secret/db=u1.1');
    const template = (resourceVersion: string) =>
      build({ env }, {}, { objects: objectsAt(resourceVersion) }).spec.template;
    expect(template('1')).not.toEqual(template('2'));
    expect(template('1')).toEqual(template('1'));
  });

  test('keeps its last version where the operator may not see it', () => {
    const live = stored(build({ env }, {}, { objects: objectsAt('7') }));
    const blind = build({ env }, {}, { live });
    expect(blind.spec.template).toEqual(live.spec.template);
  });
});

const asking = (target: string, more: object = {}) => ({
  annotations: { 'lambda.knative.io/rollback-target': target, 'lambda.knative.io/rollback-requested': 't1' },
  ...more,
});

describe('a rollback', () => {
  const template = build({ scaling: { minReplicas: 1 } }).spec.template;
  const revision: Revision = {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Revision',
    metadata: {
      name: 'hello-00001',
      uid: 'r',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      annotations: { ...template.metadata.annotations, 'serving.knative.dev/creator': 'someone' },
      labels: { ...template.metadata.labels, 'serving.knative.dev/configurationGeneration': '1' },
    },
    spec: template.spec,
  };

  test('brings back the template of an earlier revision, without what Knative added', () => {
    const { pin } = decidePin(sampleFunction({}, asking('hello-00001')), [revision], undefined);
    const service = build({ scaling: { minReplicas: 5 } }, {}, { pin });
    expect(service.spec.template).toEqual(template);
  });

  test('to a digest keeps the spec and changes the image', () => {
    const digest = `sha256:${'d'.repeat(64)}`;
    const { pin } = decidePin(sampleFunction({}, asking(digest)), [], undefined);
    expect(podOf(build({}, {}, { pin })).containers[0].image).toBe(`pull.example.com/functions@${digest}`);
    expect(podOf(build({}, {}, { pin, image: 'host:5000/f:v1' })).containers[0].image).toBe(`host:5000/f@${digest}`);
  });

  test('holds for the spec that it was asked for, and ends with the next one', () => {
    const asked = decidePin(sampleFunction({}, asking('hello-00001')), [revision], undefined);
    expect(asked).toMatchObject({ pin: { kind: 'revision' }, pinnedTo: 'hello-00001 t1', pinnedGeneration: 3 });
    const status = { serviceStatus: { pinnedTo: 'hello-00001 t1', pinnedGeneration: 3 } };
    expect(decidePin(sampleFunction({}, asking('hello-00001'), status), [revision], undefined).pin.kind).toBe(
      'revision',
    );
    const changed = decidePin(
      sampleFunction({}, asking('hello-00001', { generation: 4 }), status),
      [revision],
      undefined,
    );
    expect(changed).toMatchObject({ pin: { kind: 'none' }, pinnedGeneration: 3 });
  });

  test('that is asked for again holds for the new spec', () => {
    const status = { serviceStatus: { pinnedTo: 'hello-00001 t0', pinnedGeneration: 2 } };
    expect(decidePin(sampleFunction({}, asking('hello-00001'), status), [revision], undefined).pin.kind).toBe(
      'revision',
    );
  });

  test('keeps what it brought back when Knative removes the revision, until the spec changes', () => {
    const { pin } = decidePin(sampleFunction({}, asking('hello-00001')), [revision], undefined);
    const applied = build({ scaling: { minReplicas: 5 } }, {}, { pin });
    const live = { ...applied, metadata: { ...revision.metadata, ...applied.metadata } };
    const kept = { kind: 'kept', target: 'hello-00001', service: live };
    expect(decidePin(sampleFunction({}, asking('hello-00001')), [], live).pin).toEqual(kept);
    expect(decidePin(sampleFunction({}, asking('hello-00002')), [], live).pin.kind).toBe('missing');
    const status = { serviceStatus: { pinnedTo: 'hello-00001 t1', pinnedGeneration: 3 } };
    const changed = sampleFunction({}, asking('hello-00001', { generation: 4 }), status);
    expect(decidePin(changed, [], live).pin.kind).toBe('none');
  });

  test('fails to name what is no revision', () => {
    expect(decidePin(sampleFunction({}, asking('hello-00009')), [revision], undefined).pin).toEqual({
      kind: 'missing',
      target: 'hello-00009',
    });
    expect(decidePin(sampleFunction(), [revision], undefined)).toEqual({
      pin: { kind: 'none' },
      pinnedTo: undefined,
      pinnedGeneration: undefined,
    });
  });
});
