import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { grants } from '../../operator/api/index.ts';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { bundleImage } from '../../tools/image/bundle.ts';
import type { ApiClient } from './api-client.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { writeKubeconfig } from './identity.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { everyRequest, readUsedRights } from './used-rights.ts';
import { OperatorProcess, type OperatorProps } from './operator-process.ts';
import { makePlatformNamespaces } from './platform-namespaces.ts';

/** What must be there before the operator starts; its own pods are a process of the test. */
const needed = new Set(['Namespace', 'ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);

const patience = { intervalMs: 50 } as const;

export interface ClusterOptions {
  /** Default true: Jobs get pods, and what belongs to nobody goes. */
  readonly controllerManager?: boolean;
  /** Of the functions; default the first that the environment lists. It is made where no manifest makes it. */
  readonly namespace?: string;
}

export interface Place {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** Something that the objects of a cluster change by. */
export interface Neighbour {
  failure(this: void): Error | undefined;
}

const generated = z.looseObject({ metadata: z.looseObject({ generation: z.int() }) });

const eventSchema = z.looseObject({
  type: z.string(),
  reason: z.string(),
  action: z.string().default(''),
  note: z.string().default(''),
  regarding: z.looseObject({ kind: z.string(), name: z.string().default('') }),
});

const plurals: Readonly<Record<string, string>> = {
  LambdaFunction: 'lambdafunctions',
  LambdaAgent: 'lambdaagents',
  Service: 'services',
  Trigger: 'triggers',
  Broker: 'brokers',
  RabbitmqBrokerConfig: 'rabbitmqbrokerconfigs',
  ServiceAccount: 'serviceaccounts',
  Job: 'jobs',
  Pod: 'pods',
  Revision: 'revisions',
};

interface ClusterProps extends ClusterOptions {
  readonly controlPlane: ControlPlane;
  readonly folder: string;
  readonly environment: string;
}

/**
 * A real API server with what an environment applies to it, and the operator as a process under its own account. The
 * test is Knative, the kubelet and the author.
 */
export class FunctionCluster {
  readonly controlPlane: ControlPlane;
  readonly admin: ApiClient;
  /** Of the functions. */
  readonly namespace: string;
  readonly #folder: string;
  readonly #control: string;
  readonly #environment: string;
  readonly #operators: OperatorProcess[] = [];
  readonly #neighbours: Neighbour[] = [];

  /** What the operator has written so far, as `verb resource.group`; Events and its Lease come and go as they like. */
  writes(): readonly string[] {
    return this.#usedRights().filter(
      (right) => /^(create|update|patch|delete) /.test(right) && !/ (events|leases)\./.test(right),
    );
  }

  #usedRights(): readonly string[] {
    return readUsedRights(this.controlPlane.auditLog, `:${this.#control}:knative-lambda-operator`);
  }

  /** Rights of the operator's account in the namespace of the functions that nobody has used yet, as `verb resource.group`. */
  unusedRights(): readonly string[] {
    const used = new Set(this.#usedRights());
    return (
      grants
        .filter(({ account, scope }) => account === 'operator' && (scope === 'watched' || scope === 'functions'))
        .flatMap(({ apiGroup, resources, verbs }) =>
          resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${apiGroup}`)),
        )
        // what happens again and again becomes a series: leader-and-events.test.ts; nobody is asked to bind, a role is named
        .filter((right) => !used.has(right) && right !== 'patch events.events.k8s.io' && !right.startsWith('bind '))
    );
  }

  static async start(environment = 'dev', options: ClusterOptions = {}): Promise<FunctionCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-function-'));
    await bundleImage(join(folder, 'bundle'));
    const auditPolicy = join(folder, 'audit-policy.json');
    writeFileSync(auditPolicy, JSON.stringify(everyRequest));
    const ours = readManifests('shared').filter(({ kind }) => kind === 'CustomResourceDefinition');
    const controlPlane = await startControlPlane({
      controllerManager: options.controllerManager ?? true,
      auditPolicy,
      crds: [...readForeignCrds(), ...ours],
    });
    const cluster = new FunctionCluster({ controlPlane, folder, environment, ...options });
    await cluster.#prepare();
    return cluster;
  }

  private constructor({ controlPlane, environment, folder, namespace }: ClusterProps) {
    const { control, functions } = findEnvironment(readEnvironments(), environment).namespaces;
    this.controlPlane = controlPlane;
    this.#neighbours.push(controlPlane);
    this.admin = controlPlane.admin;
    this.namespace = namespace ?? functions[0] ?? control;
    this.#folder = folder;
    this.#control = control;
    this.#environment = environment;
  }

  async #prepare(): Promise<void> {
    await makePlatformNamespaces(this.admin);
    const own = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace } };
    await this.admin.apply(own, { fieldManager: 'test', force: true });
    const objects = ['shared', this.#environment].flatMap(readManifests).filter(({ kind }) => needed.has(kind));
    for (const object of objects) await this.admin.apply(object, { fieldManager: 'test', force: true });
    const { caPem, tokenOf, url } = this.controlPlane;
    const token = await tokenOf(this.#control, 'knative-lambda-operator');
    writeKubeconfig(join(this.#folder, 'kubeconfig'), { url, caPem, token });
  }

  /** Nothing is waited for once this has failed. */
  dependOn(neighbour: Neighbour): void {
    this.#neighbours.push(neighbour);
  }

  /** Resolves once it leads. */
  async startOperator(
    variables: NonNullable<OperatorProps['variables']> = {},
    args: NonNullable<OperatorProps['args']> = [],
  ): Promise<OperatorProcess> {
    const operator = await OperatorProcess.start({
      bundle: join(this.#folder, 'bundle'),
      kubeconfig: join(this.#folder, 'kubeconfig'),
      environment: this.#environment,
      pod: `operator-${this.#operators.length}`,
      podNamespace: this.#control,
      variables,
      args,
    });
    this.#operators.push(operator);
    await eventually(() => operator.isLeading(), patience);
    return operator;
  }

  /** An operator that is started after this has another wrapper. */
  changeWrapper(language: string): void {
    writeFileSync(join(this.#folder, 'bundle/wrappers', language, 'changed.txt'), 'changed');
  }

  get operators(): readonly OperatorProcess[] {
    return this.#operators;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#operators.map((operator) => operator.end('SIGKILL')));
    await this.controlPlane.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** Applies a function as its author does. */
  applyFunction(name: string, spec: object, annotations: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.#applyAsAuthor('LambdaFunction', { name, annotations }, spec);
  }

  /** Applies an agent as its author does. */
  applyAgent(name: string, spec: object): Promise<void> {
    return this.#applyAsAuthor('LambdaAgent', { name }, spec);
  }

  async #applyAsAuthor(kind: string, metadata: object, spec: object): Promise<void> {
    const own = { ...metadata, namespace: this.namespace };
    const object = { apiVersion: 'lambda.knative.io/v1alpha1', kind, metadata: own, spec };
    await this.admin.apply(object, { fieldManager: 'author', force: true });
  }

  get(apiVersion: string, kind: string, name: string): Promise<KubernetesObject> {
    return this.admin.get({ apiVersion, kind, name, namespace: this.namespace });
  }

  /** What is told of a function. */
  async eventsOf(name: string): Promise<readonly z.output<typeof eventSchema>[]> {
    const all = await this.admin.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace: this.namespace });
    return all
      .map((one) => eventSchema.parse(one))
      .filter(({ regarding }) => regarding.kind === 'LambdaFunction' && regarding.name === name);
  }

  /** Until the object satisfies the schema. */
  until<Schema extends z.ZodType>(place: Place, schema: Schema): Promise<z.output<Schema>> {
    return eventually(
      async () => {
        const object = await this.admin.get({ ...place, namespace: this.namespace });
        const { data, error } = schema.safeParse(object);
        if (error !== undefined) {
          throw new Error(`${place.kind} ${place.name}: ${error.message}\n${JSON.stringify(object['status'])}`);
        }
        return data;
      },
      {
        ...patience,
        giveUp: () => this.#neighbours.map((one) => one.failure()).find((failure) => failure !== undefined),
      },
    );
  }

  /** Until there is no such object. */
  async untilGone({ apiVersion, kind, name }: Place): Promise<void> {
    await eventually(async () => (await this.request('GET', { apiVersion, kind, name })).status === 404, patience);
  }

  /** Writes the status of an object as its controller would. */
  async patchStatus(place: Place, status: object): Promise<void> {
    const answer = await this.request('PATCH', place, '/status', { status });
    if (answer.status !== 200) throw new Error(`${place.kind} ${place.name}: ${JSON.stringify(answer.body)}`);
  }

  /** Writes what Knative's controller does once a revision serves. */
  async serve(name: string, revision = `${name}-00001`): Promise<void> {
    const { metadata } = await this.until(service(name), generated);
    await this.patchStatus(service(name), {
      observedGeneration: metadata.generation,
      url: `http://${name}.${this.namespace}.svc.cluster.local`,
      latestCreatedRevisionName: revision,
      latestReadyRevisionName: revision,
      conditions: ['ConfigurationsReady', 'Ready', 'RoutesReady'].map((type) => ({ type, status: 'True' })),
    });
  }

  /** Writes what the controller of RabbitMQ brokers does once a Broker takes events. */
  async connect(name: string): Promise<void> {
    const { metadata } = await this.until(broker(name), generated);
    await this.patchStatus(broker(name), {
      observedGeneration: metadata.generation,
      address: { url: brokerUrl(name, this.namespace) },
      conditions: [{ type: 'Ready', status: 'True' }],
    });
  }

  /** Merges members into an object. */
  async patch(place: Place, members: object): Promise<void> {
    const answer = await this.request('PATCH', place, '', members);
    if (answer.status !== 200) throw new Error(`${place.kind} ${place.name}: ${JSON.stringify(answer.body)}`);
  }

  request(method: 'GET' | 'PATCH', { apiVersion, kind, name }: Place, subresource = '', body?: object) {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const path = `${root}/namespaces/${this.namespace}/${plurals[kind] ?? ''}/${name}${subresource}`;
    return body === undefined
      ? this.admin.request(method, path)
      : this.admin.request(method, path, body, 'application/merge-patch+json');
  }
}

export const lambda = (name: string): Place => ({
  apiVersion: 'lambda.knative.io/v1alpha1',
  kind: 'LambdaFunction',
  name,
});
export const agent = (name: string): Place => ({ apiVersion: 'lambda.knative.io/v1alpha1', kind: 'LambdaAgent', name });
export const service = (name: string): Place => ({ apiVersion: 'serving.knative.dev/v1', kind: 'Service', name });
export const broker = (name: string): Place => ({ apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name });

/** Address of a Broker as RabbitMQ's is. */
export const brokerUrl = (name: string, namespace: string): string =>
  `http://${name}-broker-ingress.${namespace}.svc.cluster.local`;

/** A LambdaFunction or LambdaAgent with a condition of this status and reason. */
export const withCondition = (type: string, status: string, reason: string) =>
  z.looseObject({
    status: z.looseObject({
      phase: z.string(),
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }))
        .refine((all) => all.some((one) => one.type === type && one.status === status && one.reason === reason), {
          message: `no condition ${type}=${status} ${reason}`,
        }),
    }),
  });
