import { isNotFound } from '../kube/api-error.ts';
import type { KubernetesObject, OwnerReference } from '../kube/object.ts';
import type { ReconcileContext } from '../reconcile/pass.ts';
import { type Job, jobEnd, jobResource } from '../specs/job.ts';
import { isReferenceTo, manager, sharedReference } from '../specs/ownership.ts';
import type { FunctionPass } from './pass.ts';

type Sender = Pick<FunctionPass, 'client'> & { readonly context: Pick<ReconcileContext, 'signal'> };

const isOwner = isReferenceTo('LambdaFunction');

/** Keys of the functions that wait for an object. */
export function ownerKeys({ metadata }: KubernetesObject): readonly string[] {
  return (metadata.ownerReferences ?? []).filter(isOwner).map(({ name }) => `${metadata.namespace}/${name}`);
}

/** Milliseconds since a Job ended; 0 while nobody says when. */
export function msSinceEnd(job: Job, now: Date): number {
  const at = Date.parse(jobEnd(job)?.lastTransitionTime ?? '');
  return Number.isNaN(at) ? 0 : Math.max(0, now.getTime() - at);
}

/** Removes a Job with its pods; nothing where it is gone or was changed since. */
export async function removeJob({ client, context }: Sender, { metadata }: Job): Promise<void> {
  const { name, namespace, resourceVersion, uid } = metadata;
  const preconditions = { uid, resourceVersion };
  const options = { signal: context.signal, propagationPolicy: 'Background', preconditions } as const;
  try {
    await client.delete(jobResource, { name, namespace }, options);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Makes the function one of those that wait for a Job. */
export async function joinJob(pass: FunctionPass, job: Job): Promise<Job> {
  const owners = job.metadata.ownerReferences ?? [];
  const own = sharedReference(pass.function);
  return owners.some(({ uid }) => uid === own.uid) ? job : writeOwners(pass, job, [...owners, own]);
}

/** The function no longer waits for the Job, which goes with the last one that does. */
export async function leaveJob(pass: FunctionPass, job: Job): Promise<void> {
  const rest = (job.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== pass.function.metadata.uid);
  if (rest.some(isOwner)) await writeOwners(pass, job, rest);
  else await removeJob(pass, job);
}

/** Fails with a conflict when somebody else changed the Job; the next pass sees it. */
function writeOwners(
  { client, context }: FunctionPass,
  { metadata }: Job,
  ownerReferences: readonly OwnerReference[],
): Promise<Job> {
  const { name, namespace, resourceVersion } = metadata;
  const members = { metadata: { name, namespace, resourceVersion, ownerReferences } };
  return client.merge(jobResource, members, { fieldManager: manager, signal: context.signal });
}
