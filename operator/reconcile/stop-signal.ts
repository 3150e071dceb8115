export interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

/** Aborts at the first SIGTERM or SIGINT; the second one exits at once. */
export function stopSignal(process: SignalSource, exit: (code: number) => void): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) exit(1);
      else controller.abort(new Error(`got ${signal}`));
    });
  }
  return controller.signal;
}
