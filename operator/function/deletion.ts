import { done, type Outcome } from '../reconcile/outcome.ts';
import { whileThere } from '../reconcile/while-there.ts';
import { jobEnd } from '../specs/job.ts';
import { manager } from '../specs/ownership.ts';
import { byOwner } from './caches.ts';
import { leaveJob } from './jobs.ts';
import { functionResource } from './known-functions.ts';
import type { FunctionPass } from './pass.ts';
import { deletingStatus, isSameStatus } from './status.ts';

/**
 * Ends the Jobs of a function that is being deleted. What else belongs to it has owner references: the garbage collector
 * takes it, also while no operator runs, so no finalizer is needed.
 */
export async function reconcileDeletion(pass: FunctionPass): Promise<Outcome> {
  const { caches, function: fn, key, slots } = pass;
  slots.leave(key);
  for (const job of caches.jobs.cache.byIndex(byOwner, fn.metadata.uid)) {
    if (jobEnd(job) === undefined && job.metadata.deletionTimestamp === undefined) await leaveJob(pass, job);
  }
  await tellDeleting(pass);
  return done;
}

/** Read by people only where somebody else's finalizer holds the function. */
async function tellDeleting({ client, context, function: fn, today }: FunctionPass): Promise<void> {
  const { name, namespace, uid } = fn.metadata;
  const status = deletingStatus(fn, today());
  if (isSameStatus(fn.status, status)) return;
  const options = { fieldManager: manager, force: true, signal: context.signal };
  await whileThere(() => client.applyStatus(functionResource, { metadata: { name, namespace, uid }, status }, options));
}
