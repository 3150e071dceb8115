export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  step(this: void, text: string): void;
  end(this: void, text: string): void;
}

const heartbeatMs = 30_000;
const refreshMs = 1_000;

/** Tells how one part comes along: one updating line on a terminal, else a line at start, end and every 30 s. */
export function startProgress(name: string, output: ProgressOutput, now = Date.now): Progress {
  const startedAt = now();
  let current = 'started';
  const line = (): string => `${name}: ${current} (${Math.round((now() - startedAt) / 1000)} s)`;
  const show = (): void => {
    output.write(output.isTTY ? `\r\u001B[K${line()}` : `${line()}\n`);
  };
  show();
  const timer = setInterval(show, output.isTTY ? refreshMs : heartbeatMs);
  timer.unref();
  return {
    step(text) {
      current = text;
      if (output.isTTY) show();
    },
    end(text) {
      clearInterval(timer);
      current = text;
      show();
      if (output.isTTY) output.write('\n');
    },
  };
}
