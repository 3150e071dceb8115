import { describe, expect, test } from '@jest/globals';
import { labels } from '../api/index.ts';
import { isImageGone } from './gone-image.ts';
import { MemoryCluster } from './memory-cluster.ts';
import { sampleFunction } from './sample.ts';
import { completeJob, digest } from './sample-facts.ts';

const reference = `pull.example.com/functions@${digest}`;
const key = 'functions/hello';
/** completeJob ended at 11:02. */
const later = new Date('2026-01-01T11:03:00Z');
const earlier = new Date('2026-01-01T11:01:00Z');

function isGone(message: string, createdAt: Date, status?: object): boolean {
  const cluster = new MemoryCluster(() => createdAt);
  cluster.put('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'hello-00001-pod', namespace: 'functions', labels: { [labels.owner]: 'hello' } },
    status: {
      containerStatuses: [{ name: 'user-container', state: { waiting: { reason: 'ErrImagePull', message } } }],
    },
  });
  const pass = { caches: cluster.start(), function: sampleFunction({}, {}, status), key };
  return isImageGone(pass, reference, status === undefined ? completeJob : undefined);
}

const notFound = `Failed to pull image "${reference}": rpc error: code = NotFound desc = ${reference}: not found`;

describe('an image', () => {
  test('is gone when a pod that is younger than its build cannot find it', () => {
    expect(isGone(notFound, later)).toBe(true);
    expect(isGone(`${reference}: MANIFEST UNKNOWN`, later)).toBe(true);
  });

  test('is not gone for a pod from before its build, which may have asked for it too early', () => {
    expect(isGone(notFound, earlier)).toBe(false);
  });

  test('is not gone when the registry refuses or fails', () => {
    expect(isGone(`Failed to pull image "${reference}": 401 Unauthorized`, later)).toBe(false);
    expect(isGone(`Failed to pull image "${reference}": 503 Service Unavailable`, later)).toBe(false);
  });

  test('is not gone when the pod asks for another one', () => {
    expect(isGone(notFound.replaceAll(digest, `sha256:${'0'.repeat(64)}`), later)).toBe(false);
  });

  test('is judged by the status where its Job is gone', () => {
    const buildStatus = { completedAt: '2026-01-01T11:02:00Z' };
    expect(isGone(notFound, later, { buildStatus })).toBe(true);
    expect(isGone(notFound, earlier, { buildStatus })).toBe(false);
  });
});
