import type { Change } from '../kube/change.ts';
import type { Clock } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import { keyOf, type KubernetesObject } from '../kube/object.ts';
import { Expectations } from './expectations.ts';
import type { Outcome } from './outcome.ts';
import { type Ending, type Reconcile, type ReconcileContext, runPass } from './pass.ts';
import { type AddOptions, type QueuedKey, type QueueObserver, WorkQueue } from './queue.ts';
import { isPanic, type PassResult, type ReconcileObserver, silentReconcileObserver } from './reconcile-observer.ts';
import { resync } from './resync.ts';
import type { Watch } from './watches.ts';
import { whenAborted } from './when-aborted.ts';

export interface ControllerOptions {
  /** In metrics and logs. */
  readonly name: string;
  /** Passes that may be under way at once, each over another key. */
  readonly workers: number;
  readonly reconcile: Reconcile;
  /** Time of a pass. */
  readonly timeoutMs: number;
  /** About how often every own object gets a pass without a change; default never. */
  readonly resyncMs?: number;
  readonly watches: readonly Watch[];
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly observer?: ReconcileObserver;
  readonly queueObserver?: QueueObserver;
}

export interface RunSignals {
  /** Take no further key; what is under way may end. */
  readonly stop: AbortSignal;
  /** Stop at once: passes under way are told so. */
  readonly abort: AbortSignal;
  /** Asked before each pass; false where the lease may be gone and the signal has not come yet. */
  readonly mayAct: () => boolean;
}

/** Runs a pass over every key that a watch brings: level-triggered, one at a time for a key, tried again until it succeeds. */
export class Controller {
  readonly name: string;
  readonly #options: ControllerOptions;
  readonly #observer: ReconcileObserver;
  readonly #queue: WorkQueue;
  readonly #expectations: Expectations;
  /** Passes under way by the means to abort them. */
  readonly #passes = new Set<AbortController>();

  constructor(options: ControllerOptions) {
    const { name, clock, observer = silentReconcileObserver, queueObserver } = options;
    this.name = name;
    this.#options = options;
    this.#observer = observer;
    this.#queue = new WorkQueue({ name, clock, ...(queueObserver === undefined ? {} : { observer: queueObserver }) });
    this.#expectations = new Expectations(clock);
  }

  /** Informers that must be synced before it runs. */
  get informers(): readonly Informer<KubernetesObject>[] {
    return [...new Set(this.#options.watches.map(({ informer }) => informer))];
  }

  /** Asks for a pass from outside the watches. */
  enqueue(key: string, options?: AddOptions): void {
    this.#queue.add(key, options);
  }

  /** Resolves when it was stopped and no pass is under way. To be called once, with the caches synced. */
  async run({ stop, abort, mayAct }: RunSignals): Promise<void> {
    const end = AbortSignal.any([stop, abort]);
    const abortPasses = (): void => {
      for (const pass of this.#passes) pass.abort(abort.reason);
    };
    abort.addEventListener('abort', abortPasses, { once: true });
    const unsubscribe = this.#options.watches.map((watch) => this.#listen(watch));
    const workers = Array.from({ length: this.#options.workers }, () => this.#work(mayAct));
    const whenResyncEnds = this.#resync(end);
    await whenAborted(end);
    for (const leave of unsubscribe) leave();
    await this.#queue.shutDown();
    await Promise.all([...workers, whenResyncEnds]);
    abort.removeEventListener('abort', abortPasses);
  }

  #listen(watch: Watch): () => void {
    return watch.start({
      seen: (informer, change) => this.#observe(informer, change),
      enqueue: (key, lane) => this.#queue.add(key, { lane }),
    });
  }

  /** Only a new object answers an expectation: an update may be of one that had the name before. */
  #observe(informer: string, change: Change<KubernetesObject>): void {
    const isNew = change.type === 'updated' && change.before.metadata.uid !== change.object.metadata.uid;
    if (change.type !== 'added' && !isNew) return;
    for (const owner of this.#expectations.observe(`${informer} ${keyOf(change.object)}`)) this.#queue.add(owner);
  }

  #resync(signal: AbortSignal): Promise<void> {
    const { resyncMs, clock, random, watches } = this.#options;
    if (resyncMs === undefined) return Promise.resolve();
    return resync({ everyMs: resyncMs, clock, random, watches, queue: this.#queue, signal });
  }

  async #work(mayAct: () => boolean): Promise<void> {
    for (let next = await this.#queue.get(); next !== undefined; next = await this.#queue.get()) {
      if (!mayAct()) {
        this.#queue.done(next.key);
        continue;
      }
      const remainingMs = this.#expectations.remainingMs(next.key);
      if (remainingMs === 0) {
        await this.#pass(next);
      } else {
        this.#queue.add(next.key, { lane: next.lane, afterMs: remainingMs });
        this.#queue.done(next.key);
      }
    }
  }

  async #pass(queued: QueuedKey): Promise<void> {
    const { key } = queued;
    const { clock, timeoutMs, reconcile } = this.#options;
    const controller = new AbortController();
    const context = this.#contextOf(key, controller.signal);
    const startedAt = clock.now();
    this.#passes.add(controller);
    this.#observer.active(this.name, this.#passes.size);
    const ending = await runPass(() => reconcile(key, context), { clock, timeoutMs, controller });
    const seconds = (clock.now() - startedAt) / 1000;
    this.#report(key, context.id, ending, seconds);
    if (ending.kind === 'timedOut') void this.#endLater(queued, controller, ending.whenEnded);
    else this.#end(queued, controller, ending);
  }

  /** The worker is free for other keys; the key itself stays in flight until its pass really ends. */
  async #endLater(queued: QueuedKey, controller: AbortController, whenEnded: Promise<unknown>): Promise<void> {
    await whenEnded;
    this.#end(queued, controller, { kind: 'failed', error: controller.signal.reason });
  }

  #end({ key, lane }: QueuedKey, controller: AbortController, ending: Exclude<Ending, { kind: 'timedOut' }>): void {
    this.#passes.delete(controller);
    this.#observer.active(this.name, this.#passes.size);
    if (ending.kind === 'failed') {
      this.#queue.retry(key, lane);
    } else {
      this.#queue.forget(key);
      if ('ms' in ending.outcome) this.#queue.add(key, { lane, afterMs: ending.outcome.ms });
    }
    this.#queue.done(key);
  }

  #contextOf(key: string, signal: AbortSignal): ReconcileContext {
    const expectations = this.#expectations;
    return {
      signal,
      id: toId(this.#options.random()),
      failures: this.#queue.failures(key),
      async creating(object, send) {
        expectations.expect(key, object);
        try {
          return await send();
        } catch (error) {
          expectations.withdraw(key, object);
          throw error;
        }
      },
    };
  }

  #report(key: string, id: string, ending: Ending, seconds: number): void {
    if (ending.kind === 'ended') {
      const { outcome } = ending;
      const reason = 'reason' in outcome ? outcome.reason : '';
      const message = outcome.kind === 'terminal' ? outcome.message : '';
      const report = { key, id, reason, message, error: undefined };
      this.#observer.reconciled(this.name, resultOf(outcome), seconds, report);
      return;
    }
    const { error } = ending;
    if (ending.kind === 'timedOut') this.#observer.timedOut?.(this.name);
    else if (isPanic(error)) this.#observer.panicked?.(this.name);
    this.#observer.reconciled(this.name, 'error', seconds, { key, id, reason: '', message: '', error });
  }
}

function resultOf({ kind }: Outcome): PassResult {
  switch (kind) {
    case 'done':
      return 'success';
    case 'requeueAfter':
    case 'waiting':
      return 'requeue_after';
    case 'terminal':
      return 'terminal';
  }
}

/** Twelve hexadecimal digits: enough to find a pass among those of some days. */
const toId = (random: number): string =>
  Math.floor(random * 2 ** 48)
    .toString(16)
    .padStart(12, '0');
