import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { LeaseTiming } from '../../operator/reconcile/lease.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/eventually.ts';
import { Churn } from './churn.ts';
import { noteDefinition, noteOperatorObjects, operatorAccount } from './note.ts';
import { readNoteState, unlikeWanted } from './note-state.ts';
import { bundleNoteOperator, Replica } from './replica.ts';
import type { SeededRandom } from './seeded-random.ts';
import { writesOutsideTenure } from './tenure.ts';
import { readWriteAudit, type RecordedCreation, type WriteAudit, writeAuditPolicy } from './write-audit.ts';

export interface KillTrialProps {
  readonly controlPlane: ControlPlane;
  /** Of the bundled operator. */
  readonly program: string;
  readonly namespace: string;
  readonly random: SeededRandom;
  readonly timing: LeaseTiming;
}

const population = 40;
const longestPauseMs = 600;

/** Two replicas of the operator of Notes, whose Notes change all the time. */
export class KillTrial {
  readonly #props: KillTrialProps;
  readonly #churn: Churn;
  readonly #replicas: readonly Replica[];

  private constructor(props: KillTrialProps, token: string) {
    const { controlPlane, namespace, random, program, timing } = props;
    const { admin, url: server, caPem: ca } = controlPlane;
    this.#props = props;
    this.#churn = new Churn({ admin, namespace, random, population });
    this.#replicas = ['a', 'b'].map(
      (name) => new Replica({ program, name: `${namespace}-${name}`, server, ca, token, namespace, timing }),
    );
  }

  static async start(props: KillTrialProps): Promise<KillTrial> {
    const { controlPlane, namespace } = props;
    for (const object of noteOperatorObjects(namespace)) {
      await controlPlane.admin.apply(object, { fieldManager: 'test' });
    }
    const trial = new KillTrial(props, await controlPlane.tokenOf(namespace, operatorAccount));
    await trial.#waitForLeader();
    return trial;
  }

  /** Kills a replica, three times of four the one that leads, while Notes change; then all must be as wanted. */
  async kill(): Promise<void> {
    const { random } = this.#props;
    await this.#whileChanging(async () => {
      const leader = await this.#waitForLeader();
      await sleep(random.fraction() * longestPauseMs);
      const standby = this.#replicas.find((one) => one !== leader);
      (random.fraction() < 0.75 ? leader : standby)?.signal('SIGKILL');
    });
    await this.#converge();
  }

  /** Keeps the leader asleep until another one leads, and for a random time of its tenure. */
  async sleepOver(): Promise<void> {
    const { random } = this.#props;
    await this.#whileChanging(async () => {
      const leader = await this.#waitForLeader();
      await sleep(random.fraction() * longestPauseMs);
      leader.signal('SIGSTOP');
      await eventually(async () => (await this.#leader()) !== leader, this.#patience);
      await sleep(random.fraction() * longestPauseMs);
      leader.signal('SIGCONT');
    });
    await this.#converge();
  }

  /** What the API server has recorded of the replicas; it writes a moment later than it answers. */
  readAudit(): WriteAudit {
    const { controlPlane, namespace } = this.#props;
    const identities = new Set(this.#replicas.flatMap((one) => one.identities));
    return readWriteAudit(controlPlane.auditLog, namespace, identities);
  }

  /** What two leaders at once would have done, a line each. */
  findings(): readonly string[] {
    const { writes, leases, creations } = this.readAudit();
    return [...writesOutsideTenure(writes, leases), ...copiesMadeTwice(creations)];
  }

  /** What the replicas have printed. */
  get said(): string {
    return this.#replicas.map((one) => one.said).join('');
  }

  async stop(): Promise<void> {
    await Promise.all(this.#replicas.map((one) => one.stop()));
  }

  get #patience() {
    return { timeoutMs: 30_000 + 4 * this.#props.timing.leaseMs, giveUp: this.#props.controlPlane.failure };
  }

  /** Does something while Notes change, from before its start to after its end. */
  async #whileChanging(act: () => Promise<void>): Promise<void> {
    const over = new AbortController();
    const changing = (async (): Promise<void> => {
      while (!over.signal.aborted) {
        await this.#churn.run(4);
        await sleep(20);
      }
    })();
    await act().finally(() => over.abort());
    await changing;
  }

  async #converge(): Promise<void> {
    const { controlPlane, namespace } = this.#props;
    await eventually(async () => {
      const findings = unlikeWanted(await readNoteState(controlPlane.admin, namespace), this.#churn.texts);
      if (findings.length > 0) throw new Error(`${findings.slice(0, 5).join('\n')}\n${this.said}`);
    }, this.#patience);
  }

  /** The replica whose living process holds the lease. */
  async #leader(): Promise<Replica | undefined> {
    const holder = await readHolder(this.#props);
    return this.#replicas.find((one) => one.isRunning && one.identities.at(-1) === holder);
  }

  async #waitForLeader(): Promise<Replica> {
    return eventually(async () => (await this.#leader()) ?? false, this.#patience);
  }
}

const show = ({ sender, what, receivedAt, doneAt }: RecordedCreation): string =>
  `${sender} sent ${what} at ${receivedAt}, done at ${doneAt}`;

/** One line for each copy that was made while its Note had another one. */
function copiesMadeTwice(creations: readonly RecordedCreation[]): readonly string[] {
  return creations.flatMap((creation, index) =>
    creations
      .slice(0, index)
      .filter(({ owner, removedAt }) => owner === creation.owner && removedAt > creation.receivedAt)
      .map((earlier) => `${show(creation)}, though ${show(earlier)}`),
  );
}

const leaseSchema = z.looseObject({ spec: z.looseObject({ holderIdentity: z.string().default('') }) });

async function readHolder({ controlPlane, namespace }: KillTrialProps): Promise<string> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${operatorAccount}`;
  const { status, body } = await controlPlane.admin.request('GET', path);
  return status === 200 ? leaseSchema.parse(body).spec.holderIdentity : '';
}

/** A control plane that records what operators write, and the operator that they run. */
export interface AuditedCluster {
  readonly controlPlane: ControlPlane;
  readonly program: string;
  stop(this: void): Promise<void>;
}

export async function startAuditedCluster(): Promise<AuditedCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-kill-'));
  const auditPolicy = join(folder, 'audit-policy.json');
  writeFileSync(auditPolicy, JSON.stringify(writeAuditPolicy));
  const program = bundleNoteOperator(folder);
  const controlPlane = await startControlPlane({ crds: [noteDefinition], auditPolicy });
  const stop = async (): Promise<void> => {
    await controlPlane.stop();
    rmSync(folder, { recursive: true });
  };
  return { controlPlane, program, stop };
}
