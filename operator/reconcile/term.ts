import { setMaxListeners } from 'node:events';
import type { Clock } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import type { KubernetesObject } from '../kube/object.ts';
import type { Controller } from './controller.ts';
import type { Leadership } from './leader.ts';
import { withinTime } from './time-limit.ts';
import { whenAborted } from './when-aborted.ts';

export type RunnableController = Pick<Controller, 'name' | 'informers' | 'run'>;

export interface TermOptions {
  readonly controllers: readonly RunnableController[];
  readonly leadership: Leadership;
  /** Ends the term in good order. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  /** From the stop to the end of the last pass at the latest. */
  readonly gracePeriodMs: number;
  readonly onStarted: (controller: string) => void;
}

/** Share of the grace period that passes get to end by themselves before they are told to. */
const drainShare = 0.8;

/**
 * Runs the controllers, each as soon as its kinds are synced, until the stop or the loss of the lease.
 * @throws Error when a pass goes on past the grace period; who still acts must not release the lease
 */
export async function serveTerm({ controllers, leadership, stop, clock, ...options }: TermOptions): Promise<void> {
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  leadership.signal.addEventListener('abort', () => abort.abort(leadership.signal.reason), { once: true });
  const end = AbortSignal.any([stop, leadership.signal]);
  setMaxListeners(0, end);
  const running = new Set(controllers.map(({ name }) => name));
  const run = async (controller: RunnableController): Promise<void> => {
    if (await areSynced(controller.informers, end)) {
      options.onStarted(controller.name);
      await controller.run({ stop, abort: abort.signal, mayAct: leadership.mayAct });
    }
    running.delete(controller.name);
  };
  const runAll = async (): Promise<void> => {
    await Promise.all([whenAborted(end), ...controllers.map(run)]);
  };
  const work = runAll();
  await Promise.race([work, whenAborted(end)]);

  const within = (ms: number, message: string): Promise<void> =>
    withinTime({ clock, ms, message, signal: new AbortController().signal }, () => work);
  const drainMs = options.gracePeriodMs * drainShare;
  try {
    await within(drainMs, 'the grace period is over');
  } catch (error) {
    abort.abort(error);
    const late = `${[...running].join(', ')}: passes go on ${options.gracePeriodMs / 1000} s after the stop`;
    await within(options.gracePeriodMs - drainMs, late);
  }
}

/** False when the end came first. */
async function areSynced(informers: readonly Informer<KubernetesObject>[], end: AbortSignal): Promise<boolean> {
  try {
    await Promise.all(informers.map((informer) => informer.whenSynced(end)));
    return !end.aborted;
  } catch {
    return false;
  }
}
