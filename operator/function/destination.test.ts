import { expect, test } from '@jest/globals';
import { destinationOf, givenImage, type RegistrySettings, tagKey } from './destination.ts';
import { sampleFunction, sampleSettings } from './sample.ts';

const ecr = '123456789012.dkr.ecr.us-west-2.amazonaws.com';
const ours: RegistrySettings = { ...sampleSettings.registry, pushSecret: 'ours' };
const at = (build: object | undefined, settings: RegistrySettings = ours) =>
  destinationOf(sampleFunction(build === undefined ? {} : { build }), 'k', settings);

test('an image goes to the registry of the environment, tagged with namespace and content', () => {
  expect(at(undefined)).toEqual({
    pushReference: 'push.example.com/knative-lambda-functions:functions-k',
    pullRepository: 'pull.example.com/knative-lambda-functions',
    tag: 'functions-k',
    isTagFixed: false,
    isInsecure: false,
    pushSecret: 'ours',
    awsRegion: undefined,
  });
});

test('an attempt has a tag of its own, as the first may be immutable and taken', () => {
  expect(destinationOf(sampleFunction(), tagKey('k', 1), ours).tag).toBe('functions-k');
  expect(destinationOf(sampleFunction(), tagKey('k', 2), ours).tag).toBe('functions-k-2');
});

test.each([
  [
    { registry: 'ghcr.io/me' },
    'ghcr.io/me/knative-lambda-functions:functions-k',
    'ghcr.io/me/knative-lambda-functions',
  ],
  [{ repository: 'team/f', tag: '' }, 'push.example.com/team/f:functions-k', 'pull.example.com/team/f'],
  [{ repository: 'quay.io/team/f', tag: 'v1' }, 'quay.io/team/f:v1', 'quay.io/team/f'],
  [{ registryType: 'dockerhub', repository: 'me/f' }, 'docker.io/me/f:functions-k', 'docker.io/me/f'],
  [
    { registryType: 'generic' },
    'push.example.com/knative-lambda-functions:functions-k',
    'pull.example.com/knative-lambda-functions',
  ],
  [{ registry: 'localhost:5000', repository: 'f' }, 'localhost:5000/f:functions-k', 'localhost:5000/f'],
])('%j pushes to %s', (build, pushReference, pullRepository) => {
  expect(at(build)).toMatchObject({ pushReference, pullRepository });
});

test('the secret of the environment is for its own registry alone', () => {
  expect(at({ registry: 'ghcr.io' }).pushSecret).toBeUndefined();
  expect(at({ registry: 'ghcr.io', imagePullSecret: 'mine' }).pushSecret).toBe('mine');
  expect(at({ imagePullSecret: 'mine' }).pushSecret).toBe('mine');
});

test('the region of ECR is that of its host, unless the function names one', () => {
  expect(at(undefined, { ...ours, push: ecr, pull: ecr }).awsRegion).toBe('us-west-2');
  expect(at({ registry: ecr, registryType: 'ecr', awsRegion: 'eu-west-1' }).awsRegion).toBe('eu-west-1');
});

test('a registry is insecure where the environment or the function says so', () => {
  const insecure = { ...ours, insecure: true };
  expect(at(undefined, insecure).isInsecure).toBe(true);
  expect(at({ registry: 'ghcr.io' }, insecure).isInsecure).toBe(false);
  expect(at({ registry: 'ghcr.io', insecure: true }).isInsecure).toBe(true);
});

const imageOf = (block: object) =>
  givenImage(sampleFunction({ source: { type: 'image', image: { repository: 'r', ...block } } }).spec);

test('an image source is named by its digest, else by its tag', () => {
  expect(imageOf({ tag: '' })).toBe('r:latest');
  expect(imageOf({ tag: 'v1', digest: '' })).toBe('r:v1');
  expect(imageOf({ tag: 'v1', digest: `sha256:${'a'.repeat(64)}` })).toBe(`r@sha256:${'a'.repeat(64)}`);
  expect(givenImage(sampleFunction().spec)).toBeUndefined();
});
