import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  apiVersion,
  customResourceDefinitions,
  kinds,
  lambdaAgentManifestSchema,
  lambdaFunctionManifestSchema,
  type Kind,
} from '../../operator/api/index.ts';
import { mergePatch, reportOfObjects } from '../preview/case.ts';
import { ApiError } from './api-error.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { parseObject } from './kubernetes-object.ts';
import { admitted } from './manifests/admitted.ts';
import { agentWith, functionWith, type Manifest } from './manifests/manifest.ts';
import { narrowed, narrowedDefinition, narrowedField, narrowedObject, narrowedPath } from './manifests/narrowed.ts';
import { refused } from './manifests/refused.ts';
import { serverDecided } from './manifests/server-decided.ts';

const folder = new URL('manifests/', import.meta.url);
const samples = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => ({ file, sample: parseObject(parse(readFileSync(new URL(file, folder), 'utf8'))) }));
const namespaces = [...new Set(samples.map(({ sample }) => sample.metadata.namespace ?? 'default'))];
const fieldManager = 'admission-test';

let starting: Promise<ControlPlane>;
let plane: ControlPlane;

beforeAll(async () => {
  starting = startControlPlane({ crds: customResourceDefinitions(), controllerManager: false });
  plane = await starting;
  for (const name of namespaces) {
    await plane.admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager });
  }
});

// Also when the start took longer than the hook was given.
afterAll(async () => (await starting).stop());

const parsers = { LambdaFunction: lambdaFunctionManifestSchema, LambdaAgent: lambdaAgentManifestSchema } as const;
const parseKind = (manifest: { readonly kind: string }): Kind => z.enum(kinds).parse(manifest.kind);

const specSchema = z.looseObject({ spec: z.looseObject({}) });

/** Stores a manifest and answers the spec as the API server keeps it. */
async function storedSpec(manifest: Manifest): Promise<unknown> {
  return specSchema.parse((await plane.admin.apply(manifest, { fieldManager })).body).spec;
}

describe('the CustomResourceDefinitions', () => {
  const conditionsSchema = z.looseObject({
    status: z.looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })) }),
  });

  test.each(customResourceDefinitions().map((crd) => [crd.metadata.name, crd] as const))(
    '%s is established, structural and without a warning',
    async (name, crd) => {
      const { warnings } = await plane.admin.apply(crd, { fieldManager, force: true });
      expect(warnings).toEqual([]);
      const holding = await eventually(async () => {
        const stored = await plane.admin.get({ apiVersion: crd.apiVersion, kind: crd.kind, name });
        const { conditions } = conditionsSchema.parse(stored).status;
        const held = conditions.filter(({ status }) => status === 'True').map(({ type }) => type);
        return held.includes('Established') && held;
      });
      // NonStructuralSchema, KubernetesAPIApprovalPolicyConformant and Terminating would show here.
      expect(holding.toSorted()).toEqual(['Established', 'NamesAccepted']);
    },
  );
});

describe('manifests that are admitted', () => {
  test.each(samples.map(({ file, sample }) => [file, sample] as const))('%s', async (_file, sample) => {
    const { warnings } = await plane.admin.apply(sample, { fieldManager, dryRun: true });
    expect(warnings).toEqual([]);
  });

  test.each(admitted)('%s', async (_title, manifest) => {
    const { warnings } = await plane.admin.apply(manifest, { fieldManager, dryRun: true });
    expect(warnings).toEqual([]);
  });

  test.each([...samples.map(({ file, sample }) => [file, sample] as const), ...admitted])(
    'the operator reads %s with the defaults of the API server',
    async (_title, manifest) => {
      const { body } = await plane.admin.apply(manifest, { fieldManager, dryRun: true });
      expect(parsers[parseKind(manifest)].parse(manifest).spec).toEqual(specSchema.parse(body).spec);
    },
  );
});

describe('manifests that are refused', () => {
  test.each(refused)('fails on %s', async (_title, manifest, fragment) => {
    const refusal = expect.objectContaining({ status: 422, message: expect.stringContaining(fragment) });
    await expect(plane.admin.create(manifest)).rejects.toEqual(refusal);
  });

  test.each(kinds)('fails on a %s without a spec', async (kind) => {
    const manifest = { apiVersion, kind, metadata: { name: 'no-spec' } };
    const message = expect.stringContaining('spec: Required value');
    await expect(plane.admin.create(manifest)).rejects.toEqual(expect.objectContaining({ status: 422, message }));
  });

  test('fails on the same variable twice', async () => {
    const twice = functionWith({ env: [{ name: 'A' }, { name: 'A', value: '1' }] });
    const message = expect.stringContaining('spec.env[1]: Duplicate value: {"name":"A"}');
    await expect(plane.admin.create(twice)).rejects.toEqual(expect.objectContaining({ status: 422, message }));
  });

  test('fails on a field that does not exist when validation is strict', async () => {
    const unknown = functionWith({ source: { type: 'inline', inline: { code: 'x' }, credentialsSecret: 'a' } });
    const message = expect.stringContaining('unknown field "spec.source.credentialsSecret"');
    await expect(plane.admin.create(unknown)).rejects.toEqual(expect.objectContaining({ status: 400, message }));
  });
});

describe('defaults', () => {
  test('a small function stays as it was written', async () => {
    const manifest = functionWith({}, 'small');
    expect(await storedSpec(manifest)).toEqual(manifest.spec);
  });

  test('a small agent gains only what its image and mode need', async () => {
    expect(await storedSpec(agentWith({}, 'small'))).toEqual({
      image: { repository: 'example/agent', tag: 'latest', port: 8080, pullPolicy: 'IfNotPresent' },
      operationMode: 'agentic',
    });
  });

  test('a block of a function gains its defaults once it is there', async () => {
    const spec = await storedSpec(
      functionWith(
        { scaling: {}, resources: { requests: {}, limits: {} }, build: {}, eventing: { rabbitmq: {} }, upgrade: {} },
        'blocks',
      ),
    );
    expect(spec).toMatchObject({
      scaling: { minReplicas: 0, maxReplicas: 50, scaleToZeroGracePeriod: '30s' },
      resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: {} },
      build: { timeout: '30m', registryType: 'local', insecure: false, forceRebuild: false },
      eventing: {
        enabled: true,
        eventSource: 'knative-lambda-operator',
        rabbitmq: { clusterName: 'rabbitmq', namespace: 'rabbitmq-system', parallelism: 50, prefetchCount: 100 },
      },
      upgrade: { rebuild: 'never' },
    });
    expect(spec).not.toHaveProperty('scaling.targetConcurrency');
    expect(spec).not.toHaveProperty('scaling.containerConcurrency');
    expect(spec).not.toHaveProperty('eventing.dlq');
  });

  test('a block of an agent gains its defaults once it is there', async () => {
    const blocks = { ai: {}, behavior: {}, scaling: {}, eventing: { dlq: {} }, memory: { shortTerm: {} } };
    expect(await storedSpec(agentWith(blocks, 'blocks'))).toMatchObject({
      ai: { provider: 'ollama', maxTokens: 2048, temperature: '0.7' },
      behavior: { maxContextMessages: 10, emitEvents: true },
      scaling: { minReplicas: 1, maxReplicas: 10, targetConcurrency: 10, scaleToZeroGracePeriod: '30s' },
      eventing: { enabled: true, dlq: { enabled: true, retryMaxAttempts: 3 } },
      memory: { enabled: false, schema: 'default', shortTerm: { enabled: true, backend: 'redis', ttlSeconds: 86_400 } },
    });
  });

  test('no language gets a handler that it cannot load', async () => {
    const spec = await storedSpec(functionWith({ runtime: { language: 'go', version: '1.26' } }, 'handler'));
    expect(spec).not.toHaveProperty('runtime.handler');
  });

  test('false and 0 survive a second server-side apply by another field manager', async () => {
    const written = {
      behavior: { emitEvents: false, maxContextMessages: 0 },
      eventing: { enabled: false, dlq: { enabled: false, retryMaxAttempts: 0 } },
      observability: { tracing: { enabled: false }, metrics: { serviceMonitor: false } },
    };
    await storedSpec(agentWith(written, 'falsy'));
    const other = {
      ...agentWith({}, 'falsy'),
      spec: { image: { repository: 'example/agent' }, ai: { temperature: 0 } },
    };
    const { body } = await plane.admin.apply(other, { fieldManager: 'another-manager' });
    expect(specSchema.parse(body).spec).toMatchObject({ ...written, ai: { temperature: 0 } });
  });

  test('two field managers each keep their own variables', async () => {
    await storedSpec(functionWith({ env: [{ name: 'A', value: '1' }] }, 'variables'));
    const { body } = await plane.admin.apply(functionWith({ env: [{ name: 'B', value: '2' }] }, 'variables'), {
      fieldManager: 'another-manager',
    });
    expect(specSchema.parse(body).spec).toMatchObject({
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    });
  });
});

describe('kubectl get', () => {
  const kubeconfigSchema = z.looseObject({
    users: z.tuple([z.looseObject({ user: z.looseObject({ token: z.string() }) })]),
  });
  const tableSchema = z.looseObject({
    columnDefinitions: z.array(z.looseObject({ name: z.string(), priority: z.int() })),
    rows: z.array(z.looseObject({ cells: z.array(z.unknown()) })),
  });

  /** The client asks for plain JSON, so the table is asked for here. */
  async function table(plural: string, name: string) {
    const [{ user }] = kubeconfigSchema.parse(parse(readFileSync(plane.kubeconfig, 'utf8'))).users;
    const dispatcher = new Agent({ connect: { ca: plane.caPem } });
    const response = await request(`${plane.url}/apis/${apiVersion}/namespaces/default/${plural}/${name}`, {
      dispatcher,
      headers: { authorization: `Bearer ${user.token}`, accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
    });
    const { columnDefinitions, rows } = tableSchema.parse(await response.body.json());
    await dispatcher.close();
    const cells = rows[0]?.cells ?? [];
    return columnDefinitions.map(({ name: column, priority }, index) => [column, priority, cells[index]] as const);
  }

  const condition = {
    type: 'Ready',
    status: 'False',
    observedGeneration: 1,
    lastTransitionTime: '2026-01-01T00:00:00Z',
    reason: 'BuildFailed',
    message: 'step 3 of the build failed',
  };
  const serviceStatus = { serviceName: 's', url: 'http://s.example', ready: false, latestRevision: 's-00001' };

  async function showing(kind: Kind, manifest: Manifest, status: object): Promise<void> {
    await plane.admin.apply(manifest, { fieldManager });
    const { name } = manifest.metadata;
    const path = `/apis/${apiVersion}/namespaces/default/${kind.toLowerCase()}s/${name}/status?fieldManager=${fieldManager}`;
    const body = {
      apiVersion,
      kind,
      metadata: { name },
      status: { conditions: [condition], serviceStatus, ...status },
    };
    const response = await plane.admin.request('PATCH', path, body, 'application/apply-patch+yaml');
    expect(response.status).toBe(200);
  }

  test('a function shows phase, image, address, readiness and age, and why when wide', async () => {
    const status = { phase: 'Failed', buildStatus: { imageURI: 'registry/f:1' } };
    await showing('LambdaFunction', functionWith({}, 'columns'), status);
    expect(await table('lambdafunctions', 'columns')).toEqual([
      ['Name', 0, 'columns'],
      ['Phase', 0, 'Failed'],
      ['Image', 0, 'registry/f:1'],
      ['URL', 0, 'http://s.example'],
      ['Ready', 0, 'False'],
      ['Age', 0, expect.stringMatching(/^\d+[smh]/)],
      ['Runtime', 1, 'python'],
      ['Version', 1, '3.11'],
      ['Revision', 1, 's-00001'],
      ['Reason', 1, 'BuildFailed'],
    ]);
  });

  test('an agent shows the same, and its model when wide', async () => {
    await showing('LambdaAgent', agentWith({ ai: { model: 'llama3.2:3b' } }, 'columns'), { phase: 'Failed' });
    expect(await table('lambdaagents', 'columns')).toEqual([
      ['Name', 0, 'columns'],
      ['Phase', 0, 'Failed'],
      ['Image', 0, 'example/agent'],
      ['URL', 0, 'http://s.example'],
      ['Ready', 0, 'False'],
      ['Age', 0, expect.stringMatching(/^\d+[smh]/)],
      ['Provider', 1, 'ollama'],
      ['Model', 1, 'llama3.2:3b'],
      ['Revision', 1, 's-00001'],
      ['Reason', 1, 'BuildFailed'],
    ]);
  });

  test('an object that no operator has seen shows its name and age', async () => {
    await plane.admin.apply(functionWith({}, 'unseen'), { fieldManager });
    const cells = await table('lambdafunctions', 'unseen');
    const shown = cells.filter(([, priority, cell]) => priority === 0 && cell !== null && cell !== '');
    expect(shown.map(([column]) => column)).toEqual(['Name', 'Age']);
  });
});

/** Whether the server would not store the object. */
async function isRefused(object: object): Promise<boolean> {
  try {
    await plane.admin.apply(object, { fieldManager, force: true, dryRun: true });
    return false;
  } catch (error) {
    if (error instanceof ApiError && error.status === 422) return true;
    throw error;
  }
}

/** Whether the server would not make it: what is there already may keep what it has. */
async function isNewRefused(object: object): Promise<boolean> {
  const { status, body } = await plane.admin.request('POST', `${narrowedPath}?dryRun=All`, object);
  if (status !== 201 && status !== 422) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return status === 422;
}

async function refusedObjects(): Promise<readonly string[]> {
  const titles: string[] = [];
  for (const [index, { title, value }] of narrowed.entries()) {
    if (await isNewRefused(narrowedObject(index, value))) titles.push(title);
  }
  return titles;
}

describe('a definition that changes', () => {
  test('is a danger of the preview for each object that the server refuses then, and for no other', async () => {
    await plane.admin.apply(narrowedDefinition('base'), { fieldManager, force: true });
    const first = narrowedObject(0, narrowed[0]?.value);
    await eventually(async () => !(await isNewRefused(first)), { giveUp: plane.failure });
    expect(await refusedObjects()).toEqual([]);
    await plane.admin.apply(narrowedDefinition('head'), { fieldManager, force: true });
    await eventually(() => isNewRefused(first), { giveUp: plane.failure });
    const flagged = narrowed.filter(({ value }, index) => {
      const object = narrowedObject(index, value);
      const { dangers } = reportOfObjects([narrowedDefinition('base'), object], [narrowedDefinition('head'), object]);
      return dangers.some(({ code }) => code === 'sample-refused');
    });
    const told = reportOfObjects([narrowedDefinition('base')], [narrowedDefinition('head')]).dangers;
    const narrower = narrowed.filter(({ head }, index) => {
      const path = new RegExp(`^\`v1\\.spec\\.${narrowedField(index)}\\b`);
      return head !== undefined && told.some(({ code, text }) => code === 'definition-narrowed' && path.test(text));
    });
    const refusedTitles = narrowed.filter((change) => change.refused).map(({ title }) => title);
    expect(await refusedObjects()).toEqual(refusedTitles);
    expect(flagged.map(({ title }) => title)).toEqual(refusedTitles);
    expect(narrower.map(({ title }) => title)).toEqual(refusedTitles);
  });

  test('leaves alone what is there and does not change, as a preview says', async () => {
    await plane.admin.apply(narrowedDefinition('base'), { fieldManager, force: true });
    const object = narrowedObject(0, narrowed[0]?.value);
    await eventually(async () => !(await isNewRefused(object)), { giveUp: plane.failure });
    await plane.admin.apply(object, { fieldManager });
    await plane.admin.apply(narrowedDefinition('head'), { fieldManager, force: true });
    await eventually(() => isNewRefused({ ...object, metadata: { ...object.metadata, name: 'new' } }));
    const labelled = { ...object, metadata: { ...object.metadata, labels: { a: 'b' } } };
    expect(await isRefused(labelled)).toBe(false);
  });
});

describe('a change', () => {
  /** Codes by which the preview says that the API server refuses an object. */
  const refusing = new Set(['immutable-field', 'claim-shrunk']);

  test.each(serverDecided)('of $title is a danger of the preview where the server refuses it', async (change) => {
    await plane.admin.apply(change.object, { fieldManager, force: true });
    const head = mergePatch(change.object, change.patch);
    const { dangers } = reportOfObjects([change.object], [head]);
    expect(dangers.some(({ code }) => refusing.has(code))).toBe(change.refused);
    expect(await isRefused(parseObject(head))).toBe(change.refused);
  });
});
