import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../kube/object.ts';
import type { ReferencedObjects } from '../specs/reference.ts';
import { nameOwner } from '../name-claim.ts';
import { sampleFunction, sampleSettings } from './sample.ts';
import { usableByFaults, validateEventing, validateFunction, type ValidationSettings } from './validation.ts';

const settings: ValidationSettings = {
  registry: sampleSettings.registry,
  builder: 'kaniko',
  maxTimeoutSeconds: 3600,
  enforceUsableBy: true,
};

const object = (name: string, labels: object = {}, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name,
    namespace: 'functions',
    uid: name,
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { ...labels },
    ...more,
  },
});

const lent = { 'lambda.knative.io/usable-by': 'functions' };

const watched = (...objects: readonly KubernetesObject[]): ReferencedObjects => ({
  kind: 'watched',
  find: ({ name }) => objects.find(({ metadata }) => metadata.name === name),
});

const unwatched: ReferencedObjects = { kind: 'unwatched' };

const reasons = (spec: object, objects: ReferencedObjects = watched(), more: object = {}, metadata: object = {}) =>
  validateFunction(sampleFunction(spec, metadata), { ...settings, ...more }, objects).map(({ reason }) => reason);

const git = (secret: string) => ({
  source: { type: 'git', git: { url: 'https://git.example.com/f.git', secretRef: { name: secret } } },
});
const ecr = '123456789012.dkr.ecr.us-west-2.amazonaws.com';

const variable = (valueFrom: object): object => ({ env: [{ name: 'A', valueFrom }] });
const timeout = (value: string): object => ({ env: [{ name: 'TIMEOUT_SECONDS', value }] });
const withEventing = (eventing: object) => sampleFunction({ eventing });

describe('a function', () => {
  test('that is right has no fault', () => {
    expect(reasons({})).toEqual([]);
    expect(reasons(git('creds'), watched(object('creds', lent)))).toEqual([]);
    expect(reasons(git(''))).toEqual([]);
  });

  test('fails with a Secret that is missing', () => {
    expect(reasons(git('creds'))).toEqual(['SecretMissing']);
  });

  test('fails with a Secret that its owner does not lend', () => {
    expect(reasons(git('creds'), watched(object('creds')))).toEqual(['SecretNotUsable']);
    const elsewhere = { 'lambda.knative.io/usable-by': 'agents' };
    expect(reasons(git('creds'), watched(object('creds', elsewhere)))).toEqual(['SecretNotUsable']);
    const [fault] = usableByFaults(sampleFunction(git('creds')), watched(object('creds')));
    expect(fault?.message).toContain('spec.source.git.secretRef names Secret creds');
    expect(fault?.message).toContain('lambda.knative.io/usable-by: functions');
  });

  test('is only warned of such a Secret where the environment does not enforce it', () => {
    expect(reasons(git('creds'), watched(object('creds')), { enforceUsableBy: false })).toEqual([]);
  });

  test('is not judged on Secrets that the operator may not see', () => {
    expect(reasons(git('creds'), unwatched)).toEqual([]);
  });

  test('may name what is optional and not there, and a ConfigMap that nobody lent', () => {
    expect(reasons(variable({ secretKeyRef: { name: 's', key: 'k', optional: true } }))).toEqual([]);
    expect(reasons(variable({ secretKeyRef: { name: 's', key: 'k' } }))).toEqual(['SecretMissing']);
    expect(reasons(variable({ configMapKeyRef: { name: 'c', key: 'k' } }), watched(object('c')))).toEqual([]);
  });

  test('fails with pull secrets and a logfire token that are not lent', () => {
    const image = { repository: 'r', imagePullSecrets: ['one', { name: 'two' }] };
    const logfire = { enabled: true, tokenSecretRef: { name: 'three', key: 'token' } };
    const spec = { source: { type: 'image', image }, observability: { logfire } };
    expect(reasons(spec, watched(object('one'), object('two'), object('three')))).toEqual(
      Array.from({ length: 3 }, () => 'SecretNotUsable'),
    );
  });

  test.each(['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION'])('fails with the variable %s', (name) => {
    expect(reasons({ env: [{ name, value: '1' }] })).toEqual(['EnvironmentNameReserved']);
  });

  test('may set what a SinkBinding sets', () => {
    expect(reasons({ env: [{ name: 'K_SINK', value: 'http://sink' }] })).toEqual([]);
  });

  test('fails with a call that is longer than Knative allows', () => {
    expect(reasons(timeout('3590'))).toEqual([]);
    expect(reasons(timeout('3590.5'))).toEqual(['TimeoutTooLong']);
  });

  test('fails with an ECR registry that nobody named', () => {
    const build = { registryType: 'ecr', awsRegion: 'us-west-2' };
    expect(reasons({ build })).toEqual(['RegistryMissing']);
    expect(reasons({ build: { ...build, registry: ecr } })).toEqual([]);
  });

  test('fails with a builder that cannot sign in at ECR', () => {
    const registry = { ...sampleSettings.registry, push: ecr, pull: ecr };
    expect(reasons({}, watched(), { builder: 'buildah', registry })).toEqual(['BuilderCannotSignIn']);
    expect(reasons({}, watched(), { builder: 'buildah', registry: { ...registry, pushSecret: 'ecr' } })).toEqual([]);
    expect(reasons({}, watched(), { builder: 'kaniko', registry })).toEqual([]);
  });

  test('fails with inline code that no ConfigMap holds', () => {
    const source = { type: 'inline', inline: { code: '界'.repeat(400_000) } };
    expect(reasons({ source })).toEqual(['InlineTooLarge']);
  });

  test.each(['receiver-mode', 'use-operator-image'])('fails with the annotation %s', (name) => {
    const annotations = { [`lambda.knative.io/${name}`]: 'true' };
    expect(reasons({}, watched(), {}, { annotations })).toEqual(['AnnotationUnsupported']);
  });

  test('fails to get events of a type with a wildcard, and serves all the same', () => {
    const eventTypes = { invokeAsync: 'io.example.*' };
    expect(validateEventing(withEventing({ eventTypes }), ['invokeAsync'])?.reason).toBe('EventTypeWildcard');
    expect(validateEventing(withEventing({ eventTypes, enabled: false }), ['invokeAsync'])).toBeUndefined();
    expect(validateEventing(withEventing({ eventTypes }), ['invokeSync'])).toBeUndefined();
    expect(reasons({ eventing: { eventTypes } })).toEqual([]);
  });
});

const serviceOf = (ownerReferences: readonly object[]) => object('hello', {}, { ownerReferences });
const madeAt = (creationTimestamp: string) => object('hello', {}, { creationTimestamp });

describe('a name', () => {
  const fn = sampleFunction();
  const owner = { apiVersion: 'a/v1', kind: 'LambdaAgent', name: 'hello', uid: 'agent' };
  const none = { rival: undefined, service: undefined };

  test('is free where nobody has it, and stays with the function that has it', () => {
    expect(nameOwner(fn, none)).toBeUndefined();
    expect(nameOwner(fn, { ...none, service: serviceOf([{ ...owner, uid: fn.metadata.uid }]) })).toBeUndefined();
  });

  test('is taken by the owner of the service', () => {
    expect(nameOwner(fn, { ...none, service: serviceOf([owner]) })).toContain('LambdaAgent hello');
  });

  test('is taken by the agent that was there first, and by no later one', () => {
    expect(nameOwner(fn, { ...none, rival: madeAt('2025-12-31T00:00:00Z') })).toBe('LambdaAgent hello');
    expect(nameOwner(fn, { ...none, rival: madeAt('2026-01-02T00:00:00Z') })).toBeUndefined();
  });

  test('is taken by a service without owner, until somebody says to adopt it', () => {
    const found = { ...none, service: serviceOf([]) };
    expect(nameOwner(fn, found)).toContain('nobody owns');
    const adopting = sampleFunction({}, { annotations: { 'lambda.knative.io/adopt': 'true' } });
    expect(nameOwner(adopting, found)).toBeUndefined();
  });
});
