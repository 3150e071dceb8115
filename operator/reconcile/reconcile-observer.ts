/** Values of the label `result`, as controller-runtime has them. */
export type PassResult = 'success' | 'requeue_after' | 'terminal' | 'error';

/** What a log line about a pass says. */
export interface PassReport {
  readonly key: string;
  readonly id: string;
  /** Reason of waiting or terminal; empty for the rest. */
  readonly reason: string;
  /** Message of terminal; empty for the rest. */
  readonly message: string;
  /** What was thrown; undefined unless the result is `error`. */
  readonly error: unknown;
}

/** Is told of the passes of controllers. */
export interface ReconcileObserver {
  reconciled(controller: string, result: PassResult, seconds: number, report: PassReport): void;
  /** Passes under way, those past their time included. */
  active(controller: string, passes: number): void;
  /** A defect in the code, not in the world: a TypeError and its like, or something thrown that is no Error. */
  panicked?(controller: string): void;
  timedOut?(controller: string): void;
}

export const silentReconcileObserver: ReconcileObserver = {
  reconciled() {},
  active() {},
};

/** Whether what was thrown is what a panic is elsewhere. */
export function isPanic(error: unknown): boolean {
  return (
    !(error instanceof Error) ||
    error instanceof TypeError ||
    error instanceof ReferenceError ||
    error instanceof RangeError
  );
}
