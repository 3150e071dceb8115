import type { KubernetesObject } from '../kube/object.ts';
import { events } from '../reconcile/event-sink.ts';
import { type Job, jobEnd } from '../specs/job.ts';
import type { Pod } from '../specs/pod.ts';
import type { FunctionPass } from './pass.ts';

export interface PodRefusal {
  /** What the API server said; undefined while it has said nothing. */
  readonly cause: string | undefined;
  /** After how many milliseconds to look again; undefined once there is a pod. */
  readonly againMs: number | undefined;
}

/** By then the controller of Jobs has made the pod of a new one. */
const graceMs = 3000;
const lookMs = 15_000;
const nothing: PodRefusal = { cause: undefined, againMs: undefined };

/** Why a Job has no pod: its status does not say it, only an Event does. */
export async function findRefusal(pass: FunctionPass, job: Job, pods: readonly Pod[]): Promise<PodRefusal> {
  if (pods.length > 0 || jobEnd(job) !== undefined) return nothing;
  // the API server's clock may be ahead
  const ageMs = Math.max(0, pass.today().getTime() - Date.parse(job.metadata.creationTimestamp));
  if (ageMs < graceMs) return { cause: undefined, againMs: graceMs - ageMs };
  return { cause: await refusalOf(pass, job), againMs: lookMs };
}

async function refusalOf({ client, context }: FunctionPass, { metadata }: KubernetesObject) {
  const { namespace, uid } = metadata;
  const fieldSelector = `regarding.uid=${uid},reason=FailedCreate`;
  const notes: string[] = [];
  for await (const { items } of client.list(events, { namespace, fieldSelector }, { signal: context.signal })) {
    notes.push(...items.map(({ note }) => note));
  }
  return notes.at(-1)?.replace(/^Error creating: (pods "[^"]*" is forbidden: )?/, '');
}
