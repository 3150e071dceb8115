import { z } from 'zod';
import { eventually } from './eventually.ts';
import type { FunctionCluster, Place } from './function-cluster.ts';

const jobSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(z.looseObject({ name: z.string() })).default([]),
  }),
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({}),
    }),
  }),
  status: z
    .looseObject({ conditions: z.array(z.looseObject({ type: z.string() })).default([]) })
    .default({ conditions: [] }),
});
export type BuildJob = z.output<typeof jobSchema>;

const podSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  status: z.looseObject({ phase: z.string().default('') }).prefault({}),
});

const pod = (name: string): Place => ({ apiVersion: 'v1', kind: 'Pod', name });

/** How a container ended. */
export interface Ending {
  readonly exitCode: number;
  readonly message?: string;
  readonly reason?: string;
}

const patience = { intervalMs: 50 } as const;

/** The node that runs the pods of Jobs: what it says of them is written by the test, the Job controller is the real one. */
export class BuildKubelet {
  readonly #cluster: FunctionCluster;

  constructor(cluster: FunctionCluster) {
    this.#cluster = cluster;
  }

  /** Jobs that a function waits for, the oldest attempt first. */
  async jobsOf(functionName: string): Promise<readonly BuildJob[]> {
    return (await this.jobs()).filter(({ metadata }) =>
      metadata.ownerReferences.some(({ name }) => name === functionName),
    );
  }

  async jobs(): Promise<readonly BuildJob[]> {
    const { admin, namespace } = this.#cluster;
    const all = await admin.list({ apiVersion: 'batch/v1', kind: 'Job', namespace });
    return all
      .map((one) => jobSchema.parse(one))
      .toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
  }

  /** The Job that a function waits for, of those whose name begins so, once it is there and not ended. */
  jobOf(functionName: string, prefix = 'build-'): Promise<BuildJob> {
    return eventually(async () => {
      const found = (await this.jobsOf(functionName)).find(
        ({ metadata, status }) =>
          metadata.name.startsWith(prefix) &&
          !status.conditions.some(({ type }) => type === 'Complete' || type === 'Failed'),
      );
      if (found === undefined) throw new Error(`no ${prefix} Job of ${functionName}`);
      return found;
    }, patience);
  }

  /** Runs the pod of a Job to the end of its containers, in their order, and of the Job; a failing one is the last that ran. */
  async run({ metadata }: BuildJob, endings: Readonly<Record<string, Ending>>): Promise<void> {
    const name = await this.#podOf(metadata.name);
    const isFailed = Object.values(endings).some(({ exitCode }) => exitCode !== 0);
    const statuses = Object.entries(endings).map(([container, ending]) => statusOf(container, ending));
    const inits = statuses.filter((one) => one.name !== 'push' && !isAlone(endings));
    const mains = statuses.filter((one) => !inits.includes(one));
    await this.#cluster.patchStatus(pod(name), {
      phase: isFailed ? 'Failed' : 'Succeeded',
      initContainerStatuses: inits,
      containerStatuses: mains,
    });
    await this.#end(metadata.name);
  }

  /** Until a Job has ended, or is gone, as one is that has said what it was asked. */
  async #end(name: string): Promise<void> {
    await eventually(async () => {
      const job = (await this.jobs()).find(({ metadata }) => metadata.name === name);
      return job === undefined || job.status.conditions.some(({ type }) => type === 'Complete' || type === 'Failed');
    }, patience);
  }

  /** The node is taken away from the pod of a Job. */
  async interrupt({ metadata }: BuildJob): Promise<void> {
    await this.#cluster.patchStatus(pod(await this.#podOf(metadata.name)), {
      phase: 'Failed',
      conditions: [
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByTaintManager',
          message: 'Taint manager: deleting due to NoExecute taint',
        },
      ],
    });
  }

  /** The pod that the Job controller made. */
  #podOf(jobName: string): Promise<string> {
    const { admin, namespace } = this.#cluster;
    return eventually(async () => {
      const labelSelector = `batch.kubernetes.io/job-name=${jobName}`;
      const all = await admin.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector });
      const found = all.map((one) => podSchema.parse(one)).find(({ status }) => status.phase !== 'Failed');
      if (found === undefined) throw new Error(`no pod of Job ${jobName}`);
      return found.metadata.name;
    }, patience);
  }
}

/** A Job that resolves has one container, which is no init container. */
const isAlone = (endings: Readonly<Record<string, Ending>>): boolean =>
  Object.keys(endings).length === 1 && 'fetch' in endings && endings['fetch']?.message?.includes('"resolved"') === true;

function statusOf(name: string, { exitCode, message = '', reason }: Ending) {
  const at = new Date().toISOString();
  const terminated = {
    exitCode,
    message,
    reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    startedAt: at,
    finishedAt: at,
  };
  return { name, image: 'i', imageID: '', ready: false, restartCount: 0, state: { terminated } };
}

export const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** How a build that goes well ends. */
export const wellBuilt = (image = digest('c')): Readonly<Record<string, Ending>> => ({
  fetch: { exitCode: 0, message: '{"outcome":"fetched"}' },
  build: { exitCode: 0, message: image },
  push: { exitCode: 0 },
});
