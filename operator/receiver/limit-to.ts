import { Refusal } from './refusal.ts';

/** So much of some work at a time; what is more is refused, and may come again. */
export function limitTo<Args extends readonly unknown[], Result>(
  most: number,
  work: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  let running = 0;
  return async (...args) => {
    if (running >= most) throw busy();
    running += 1;
    try {
      return await work(...args);
    } finally {
      running -= 1;
    }
  };
}

export const busy = (): Refusal =>
  new Refusal('rate_limit_exceeded', 'too many requests at a time; send again', { retryAfterMs: 1000 });
