import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { grants } from '../../operator/api/index.ts';
import { findEnvironment, readEnvironments } from '../../stacks/index.ts';
import { bundleImage } from '../../tools/image/bundle.ts';
import { ObjectServer } from '../broker/object-server.ts';
import { deployedReceiver } from '../deployed-programs.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { writeKubeconfig } from './identity.ts';
import { ReceiverProcess } from './receiver-process.ts';
import { everyRequest, readForbidden, readUsedRights } from './used-rights.ts';

/** The one that watches listed namespaces: its receiver has the fewest rights. */
const environment = findEnvironment(readEnvironments(), 'dev');
const [functions = ''] = environment.namespaces.functions;
const { control } = environment.namespaces;
const account = `:${control}:knative-lambda-receiver`;

/** What gives the receiver its rights, and events theirs. */
const needed = new Set(['Namespace', 'ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);

const definition = z.looseObject({ spec: z.looseObject({ group: z.string() }) });

/** By which Alertmanager proves itself. */
export const alertToken = 't'.repeat(32);

interface Parts {
  readonly controlPlane: ControlPlane;
  readonly folder: string;
  readonly store: ObjectServer;
  readonly variables: Readonly<Record<string, string>>;
}

/** A real API server with the committed rights of an environment, and two receivers under their own account. */
export class ReceiverCluster {
  readonly controlPlane: ControlPlane;
  readonly control = control;
  /** Namespace of the functions. */
  readonly functions = functions;
  readonly replicas: ReceiverProcess[] = [];
  readonly #parts: Parts;

  /** @param variables of the receivers, in place of those of the manifests */
  static async start(senders: readonly object[], variables: Parts['variables'] = {}): Promise<ReceiverCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-receiver-'));
    await bundleImage(join(folder, 'bundle'));
    const auditPolicy = join(folder, 'audit-policy.json');
    writeFileSync(auditPolicy, JSON.stringify(everyRequest));
    const ours = readManifests('shared').filter(({ kind }) => kind === 'CustomResourceDefinition');
    const eventing = readForeignCrds().filter((crd) => definition.parse(crd).spec.group === 'eventing.knative.dev');
    const controlPlane = await startControlPlane({
      controllerManager: false,
      auditPolicy,
      crds: [...ours, ...eventing],
    });
    const rights = ['shared', environment.name].flatMap(readManifests).filter(({ kind }) => needed.has(kind));
    for (const object of [...rights, ...senders]) {
      await controlPlane.admin.apply(object, { fieldManager: 'test', force: true });
    }
    const cluster = new ReceiverCluster({ controlPlane, folder, store: await ObjectServer.start(), variables });
    for (let index = 0; index < 2; index += 1) await cluster.surge();
    return cluster;
  }

  private constructor(parts: Parts) {
    this.controlPlane = parts.controlPlane;
    this.#parts = parts;
  }

  /** Another replica, ready. */
  async surge(): Promise<ReceiverProcess> {
    const replica = await this.#startReplica();
    this.replicas.push(replica);
    return replica;
  }

  async #startReplica(): Promise<ReceiverProcess> {
    const { controlPlane, folder } = this.#parts;
    const kubeconfig = join(folder, 'kubeconfig');
    const { caPem, tokenOf, url } = controlPlane;
    writeKubeconfig(kubeconfig, { url, caPem, token: await tokenOf(control, 'knative-lambda-receiver') });
    return ReceiverProcess.start({ bundle: join(folder, 'bundle'), kubeconfig, variables: this.#variables() });
  }

  /** Those of the manifests, with files of ours in place of Secrets, and a store of ours. */
  #variables(): Readonly<Record<string, string>> {
    const { folder, store, variables } = this.#parts;
    const files = {
      BROKER_KEYS_FOLDER: { key: 'k'.repeat(32) },
      SIGNING_KEYS_FOLDER: {},
      ALERT_TOKENS_FOLDER: { token: alertToken },
      DEAD_LETTER_KEYS_FOLDER: { accesskey: 'a', secretkey: 's' },
    };
    const folders = Object.entries(files).map(([variable, texts]) => {
      const path = join(folder, variable);
      mkdirSync(path, { recursive: true });
      for (const [name, text] of Object.entries(texts)) writeFileSync(join(path, name), text);
      return [variable, path] as const;
    });
    return {
      ...deployedReceiver(environment.name).variables,
      ...Object.fromEntries(folders),
      POD_NAMESPACE: control,
      DEAD_LETTER_ENDPOINT: store.endpoint,
      // no broker is there: what is kept came from the replicas themselves
      DEAD_LETTER_QUEUE: '',
      OTEL_EXPORTER_OTLP_ENDPOINT: '',
      RATE_LIMIT: '1000',
      BURST_SIZE: '1000',
      ...variables,
    };
  }

  /** Names of the objects in the store of dead letters. */
  kept(): readonly string[] {
    return [...this.#parts.store.objects.objects.keys()];
  }

  /** Rights of the receiver that no request has used yet, as `verb resource.group`. */
  unusedRights(): readonly string[] {
    const used = new Set(readUsedRights(this.controlPlane.auditLog, account));
    return grants
      .filter((grant) => grant.account === 'receiver')
      .flatMap(({ apiGroup, resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${apiGroup}`)),
      )
      .filter((right) => !used.has(right));
  }

  /** What the receiver asked for and may not. */
  forbidden(): readonly string[] {
    return readForbidden(this.controlPlane.auditLog, account);
  }

  async stop(): Promise<void> {
    const { controlPlane, folder, store } = this.#parts;
    await Promise.all(this.replicas.map((replica) => replica.end()));
    await controlPlane.stop();
    await store.stop();
    rmSync(folder, { recursive: true });
  }
}
