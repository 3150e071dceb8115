import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../specs/pod.ts';
import { resolveObject } from './build-objects.ts';
import { requestKey, resolutionDue, resolveJobName } from './resolution.ts';
import { sampleFunction, sampleSettings } from './sample.ts';
import { resolvedVersion } from './source-state.ts';
import { fixedVersion, inlineFiles } from './source-version.ts';

const git = (block: object = {}, more: object = {}): object => ({
  source: { type: 'git', git: { url: 'https://git.example.com/f.git', ...block }, ...more },
});

const inlineSpec = (code: string, runtime: object) =>
  sampleFunction({ source: { type: 'inline', inline: { code } }, runtime }).spec;

describe('a source that says itself what it is', () => {
  test('is inline code, by what it is and by the file that the handler names', () => {
    const python = { language: 'python', version: '3.12' };
    expect(inlineFiles(inlineSpec('x', { ...python, handler: 'app.run' }))).toEqual({ 'app.py': 'x' });
    expect(inlineFiles(inlineSpec('x', { ...python, handler: 'run' }))).toEqual({ 'main.py': 'x' });
    expect(inlineFiles(inlineSpec('x', { language: 'nodejs', version: '22' }))).toEqual({ 'index.js': 'x' });
    expect(inlineFiles(inlineSpec('x', { language: 'go', version: '1.26', handler: 'app.Run' }))).toEqual({
      'main.go': 'x',
    });
    expect(fixedVersion(inlineSpec('x', python))).not.toEqual(fixedVersion(inlineSpec('y', python)));
    expect(fixedVersion(inlineSpec('x', python))?.value).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('is a whole commit, and neither a branch nor a bucket', () => {
    const commit = 'a'.repeat(40);
    expect(fixedVersion(sampleFunction(git({ ref: commit })).spec)).toEqual({ kind: 'commit', value: commit });
    expect(fixedVersion(sampleFunction(git({ ref: 'a'.repeat(7) })).spec)).toBeUndefined();
    const minio = { bucket: 'code', key: 'f.zip' };
    expect(fixedVersion(sampleFunction({ source: { type: 'minio', minio } }).spec)).toBeUndefined();
  });
});

const resolved = (spec: object, more: object = {}) => {
  const fn = sampleFunction(spec);
  const sourceStatus = {
    revision: 'commit a',
    resolvedAt: '2026-01-01T00:00:00Z',
    requestKey: requestKey(fn),
    ...more,
  };
  return sampleFunction(spec, {}, { sourceStatus });
};

const resolvedPod = (exitCode: number, message: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  status: { containerStatuses: [{ name: 'fetch', state: { terminated: { exitCode, message } } }] },
});

const changed = (time: string) => {
  const annotations = { 'lambda.knative.io/source-changed': time };
  return sampleFunction(git(), { annotations }, resolved(git()).status);
};

describe('a source that changes by itself', () => {
  const at = Date.parse('2026-01-01T00:10:00Z');

  test('is asked when nobody did', () => {
    expect(resolutionDue(sampleFunction(git()), at)).toEqual({ kind: 'now' });
  });

  test('is not asked again by itself', () => {
    expect(resolutionDue(resolved(git()), at)).toEqual({ kind: 'never' });
    expect(resolutionDue(resolved(git({}, { pollInterval: '0s' })), at)).toEqual({ kind: 'never' });
  });

  test('is asked again in its interval', () => {
    expect(resolutionDue(resolved(git({}, { pollInterval: '15m' })), at)).toEqual({ kind: 'later', ms: 300_000 });
    expect(resolutionDue(resolved(git({}, { pollInterval: '10m' })), at)).toEqual({ kind: 'now' });
  });

  test('is asked again in its interval although the clock was put back', () => {
    const polled = resolved(git({}, { pollInterval: '15m' }));
    const before = (ms: number) => resolutionDue(polled, Date.parse('2026-01-01T00:00:00Z') - ms);
    expect(before(900_000)).toEqual({ kind: 'later', ms: 1_800_000 });
    expect(before(900_001)).toEqual({ kind: 'now' });
    expect(before(86_400_000)).toEqual({ kind: 'now' });
  });

  test('is asked again five seconds after the last change that was told of', () => {
    expect(resolutionDue(changed('2026-01-01T00:09:57Z'), at)).toEqual({ kind: 'later', ms: 2000 });
    expect(resolutionDue(changed('2026-01-01T00:09:55Z'), at)).toEqual({ kind: 'now' });
    expect(resolutionDue(changed('2025-12-31T23:59:56Z'), at)).toEqual({ kind: 'now' });
    expect(resolutionDue(changed('2025-12-31T23:59:55Z'), at)).toEqual({ kind: 'never' });
    expect(resolutionDue(changed('soon'), at)).toEqual({ kind: 'never' });
  });

  test('is asked again when another source, or a rebuild, is asked for', () => {
    const { status } = resolved(git());
    expect(resolutionDue(sampleFunction(git({ ref: 'v2' }), {}, status), at)).toEqual({ kind: 'now' });
    const annotations = { 'lambda.knative.io/rebuild-requested': 'now' };
    expect(resolutionDue(sampleFunction(git(), { annotations }, status), at)).toEqual({ kind: 'now' });
    const scaled = sampleFunction({ ...git(), scaling: { minReplicas: 3 } }, { generation: 9 }, status);
    expect(resolutionDue(scaled, at)).toEqual({ kind: 'never' });
  });

  test('is asked by a Job that the same question names again', () => {
    const long = { name: `a${'b'.repeat(62)}` };
    expect(resolveJobName(sampleFunction(git(), long))).toBe(resolveJobName(sampleFunction(git(), long)));
    expect(resolveJobName(sampleFunction(git(), long)).length).toBeLessThanOrEqual(63);
    expect(resolveJobName(resolved(git()))).not.toBe(resolveJobName(sampleFunction(git())));
  });

  test('is asked with its own credentials, by a container that does nothing else', () => {
    const job = resolveObject(sampleFunction(git({ secretRef: { name: 'creds' } })), sampleSettings);
    const pod = job?.spec.template.spec;
    expect(pod?.containers.map(({ name, args }) => [name, args])).toEqual([['fetch', ['--mode=fetch', '--resolve']]]);
    expect(JSON.stringify(pod?.volumes)).toContain('"secretName":"creds"');
    expect(pod).toMatchObject({ automountServiceAccountToken: false, restartPolicy: 'Never' });
    expect(job?.spec).toMatchObject({ activeDeadlineSeconds: 120, ttlSecondsAfterFinished: 86_400 });
    expect(resolveObject(sampleFunction(), sampleSettings)).toBeUndefined();
  });

  test('answers in the termination message', () => {
    const answer = '{"outcome":"resolved","version":{"kind":"commit","value":"abc"}}';
    expect(resolvedVersion([resolvedPod(0, answer)])).toEqual({ kind: 'commit', value: 'abc' });
    expect(resolvedVersion([resolvedPod(1, answer)])).toBeUndefined();
    expect(resolvedVersion([resolvedPod(0, 'abc')])).toBeUndefined();
    expect(resolvedVersion([])).toBeUndefined();
  });
});
