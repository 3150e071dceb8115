import { FetchError } from './failure.ts';

export interface Deadline {
  readonly signal: AbortSignal;
  /** What it was for is done. */
  end(this: void): void;
}

/** A signal that fires with a fault as its reason: when time is up, or when the process must stop. */
export function startDeadline(seconds: number, stop: AbortSignal): Deadline {
  const controller = new AbortController();
  const late = new FetchError(
    'TimedOut',
    `got no end within ${seconds} s; make the source smaller, or look at its server`,
  );
  const timer = setTimeout(() => controller.abort(late), seconds * 1000);
  const onStop = (): void => controller.abort(new FetchError('Interrupted', 'the pod was asked to end'));
  stop.addEventListener('abort', onStop);
  if (stop.aborted) onStop();
  const end = (): void => {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  };
  return { signal: controller.signal, end };
}
