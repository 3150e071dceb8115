import { describe, expect, test } from '@jest/globals';
import { sampleFunction, sampleSettings } from '../function/sample.ts';
import { buildJobObject } from '../function/build-objects.ts';
import type { FunctionSettings } from '../function/settings.ts';
import { builders } from './builders.ts';
import type { AppliedJob } from './job.ts';
import { sharedReference } from './ownership.ts';

const key = { author: 'a'.repeat(20), platform: 'b'.repeat(12) };
const version = { kind: 'commit', value: 'c'.repeat(40) } as const;

function jobOf(settings: FunctionSettings, spec: object = {}, metadata: object = {}): AppliedJob {
  const fn = sampleFunction(spec, metadata);
  const owners = [sharedReference(fn), { ...sharedReference(fn), name: 'other', uid: 'other' }];
  const job = buildJobObject(fn, { version, key, attempt: 2, owners }, settings);
  if (job === undefined) throw new Error('no Job was made');
  return job;
}

const podOf = (job: AppliedJob) => {
  const spec = job.spec.template.spec;
  const [push] = spec?.containers ?? [];
  const [fetch, build] = spec?.initContainers ?? [];
  if (spec === undefined || fetch === undefined || build === undefined || push === undefined) {
    throw new Error('a container is missing');
  }
  return { spec, fetch, build, push, containers: [fetch, build, push] };
};

const mountsOf = (container: { readonly volumeMounts?: readonly { readonly name: string }[] }): readonly string[] =>
  (container.volumeMounts ?? []).map(({ name }) => name);

describe.each(Object.values(builders))('builder $name', (builder) => {
  const settings = (more: Partial<FunctionSettings['builds']> = {}): FunctionSettings => ({
    ...sampleSettings,
    builds: { ...sampleSettings.builds, builder: builder.name, ...more },
  });
  const withSecret = { build: { imagePullSecret: 'push', timeout: '90s' } };

  test('fetches, builds and pushes, in this order', () => {
    const { spec, containers } = podOf(jobOf(settings()));
    expect(spec.restartPolicy).toBe('Never');
    expect(containers.map(({ name }) => name)).toEqual(['fetch', 'build', 'push']);
    expect(spec.containers).toHaveLength(1);
  });

  test('shows the secret of the registry to the push step alone', () => {
    const { spec, fetch, build, push } = podOf(jobOf(settings(), withSecret));
    expect(spec.volumes).toContainEqual(
      expect.objectContaining({
        name: 'registry-credentials',
        secret: expect.objectContaining({ secretName: 'push' }),
      }),
    );
    expect(mountsOf(push)).toContain('registry-credentials');
    expect([...mountsOf(fetch), ...mountsOf(build)]).not.toContain('registry-credentials');
    expect(JSON.stringify([fetch, build])).not.toContain('/var/run/secrets/registry');
    expect(JSON.stringify(push.env)).toContain('/var/run/secrets/registry');
  });

  test('shows the secret of the source to the fetch step alone', () => {
    const git = { url: 'https://git.example.com/f.git', secretRef: { name: 'git' } };
    const { fetch, build, push } = podOf(jobOf(settings(), { source: { type: 'git', git } }));
    expect(mountsOf(fetch)).toContain('source-credentials');
    expect([...mountsOf(build), ...mountsOf(push)]).not.toContain('source-credentials');
  });

  test('names no secret where there is none', () => {
    const { spec, push } = podOf(jobOf(settings()));
    expect(JSON.stringify(spec.volumes)).not.toContain('secretName');
    expect(push.env).toEqual([]);
  });

  test('has no token of the API server and stays out of the mesh', () => {
    const { spec } = podOf(jobOf(settings()));
    const { template } = jobOf(settings()).spec;
    expect(spec).toMatchObject({ automountServiceAccountToken: false, serviceAccountName: 'knative-lambda-builder' });
    expect(template.metadata?.annotations).toMatchObject({ 'linkerd.io/inject': 'disabled' });
    expect(template.metadata?.labels).toMatchObject({ 'lambda.knative.io/build': 'true' });
  });

  test('takes its rights from the table of profiles, for the build step alone', () => {
    const { fetch, build, push } = podOf(jobOf(settings()));
    expect(build.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      runAsUser: builder.profile.runAsUser,
      capabilities: { drop: ['ALL'], add: builder.profile.addedCapabilities },
      seccompProfile: { type: builder.profile.seccompProfile },
    });
    expect(push.securityContext?.capabilities).toEqual({ drop: ['ALL'] });
    expect(fetch.securityContext).toMatchObject({ runAsNonRoot: true, readOnlyRootFilesystem: true });
    expect(podOf(jobOf(settings())).spec.hostUsers).toBe(builder.profile.hostUsers ? undefined : false);
  });

  test('reports the digest in the termination message of one step, and a failure in that of any', () => {
    const { containers } = podOf(jobOf(settings()));
    const reporting = containers.filter(({ args = [] }) =>
      args.some((one) => /digest-?file=[/]dev[/]termination-log$/.test(one)),
    );
    expect(reporting.map(({ name }) => name)).toEqual([builder.digestStep]);
    for (const container of containers) {
      expect(container).toMatchObject({
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'FallbackToLogsOnError',
      });
    }
  });

  test('pushes what it built to the destination, and pushes nothing before', () => {
    const { build, push } = podOf(jobOf(settings()));
    const reference = 'push.example.com/knative-lambda-functions:functions-aaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbb';
    expect(push.args?.join(' ')).toContain(reference);
    expect(push.args).toContain('push');
    expect(build.args?.includes('--no-push') === true || !(build.args ?? []).includes('push')).toBe(true);
    expect(mountsOf(build)).toEqual(expect.arrayContaining(['workspace', 'image']));
    expect(mountsOf(push)).toContain('image');
    expect(mountsOf(push)).not.toContain('workspace');
  });

  test('keeps layers where the environment says, or nowhere', () => {
    expect(podOf(jobOf(settings())).build.args?.join(' ')).toContain('push.example.com/cache');
    expect(podOf(jobOf(settings({ cache: undefined }))).build.args?.join(' ')).not.toMatch(/cache-(repo|from|to)/);
  });

  test('checks TLS unless the registry is insecure', () => {
    const flags = /insecure-registry=push|tls-verify=false/;
    expect(podOf(jobOf(settings())).push.args?.join(' ')).not.toMatch(flags);
    expect(podOf(jobOf(settings(), { build: { insecure: true } })).push.args?.join(' ')).toMatch(flags);
  });

  test('ends by its deadline, is repeated once after an interruption and kept for a day', () => {
    const { spec } = jobOf(settings(), withSecret);
    expect(spec).toMatchObject({ activeDeadlineSeconds: 90, ttlSecondsAfterFinished: 86_400, backoffLimit: 1 });
    expect(spec.podFailurePolicy?.rules).toEqual([
      { action: 'Count', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } },
    ]);
  });

  test('runs where the environment wants builds to run', () => {
    const toleration = { key: 'spot', operator: 'Exists', effect: 'NoSchedule' } as const;
    const pod = {
      ...sampleSettings.builds.pod,
      nodeSelector: { pool: 'builds' },
      tolerations: [toleration],
      priorityClassName: 'builds',
    };
    const { spec, build, push } = podOf(jobOf(settings({ pod })));
    expect(spec).toMatchObject({
      nodeSelector: { pool: 'builds' },
      tolerations: [toleration],
      priorityClassName: 'builds',
    });
    expect(build.resources).toEqual(sampleSettings.builds.resources);
    expect(push.resources).toEqual(sampleSettings.builds.resources);
  });

  test('gives the identity of the pod to the steps that need it, and never to the build', () => {
    const identity = { kind: 'web-identity', roleArn: 'arn:aws:iam::123456789012:role/builder' } as const;
    const pod = { ...sampleSettings.builds.pod, identity };
    const { spec, fetch, build, push } = podOf(jobOf(settings({ pod })));
    expect(spec.volumes).toContainEqual(expect.objectContaining({ name: 'aws-token' }));
    expect([fetch, build, push].map((container) => mountsOf(container).includes('aws-token'))).toEqual([
      true,
      false,
      true,
    ]);
    const eks = { ...pod, identity: { kind: 'eks' } as const };
    expect(jobOf(settings({ pod: eks })).spec.template.metadata?.annotations).toMatchObject({
      'eks.amazonaws.com/skip-containers': 'build',
    });
    const cache = { repository: 'r', needsIdentity: true };
    expect(jobOf(settings({ pod: eks, cache })).spec.template.metadata?.annotations).not.toHaveProperty(
      'eks.amazonaws.com/skip-containers',
    );
  });

  test('belongs to every function that waits, and none of them controls it', () => {
    const { metadata } = jobOf(settings());
    expect(metadata.name).toBe('build-aaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbb-2');
    expect(metadata.ownerReferences?.map(({ name }) => name)).toEqual(['hello', 'other']);
    expect(metadata.ownerReferences?.some(({ controller }) => controller === true)).toBe(false);
  });

  test('carries the trace of what asked for it', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const annotations = { 'lambda.knative.io/traceparent': traceparent, 'lambda.knative.io/correlation-id': 'c-1' };
    const job = jobOf(settings(), {}, { annotations });
    expect(job.metadata.annotations).toMatchObject(annotations);
    expect(podOf(job).fetch.env).toContainEqual({ name: 'TRACEPARENT', value: traceparent });
  });

  test('puts no code and no secret into the Job', () => {
    const text = JSON.stringify(jobOf(settings(), withSecret));
    expect(text).not.toContain('def handler');
  });
});
