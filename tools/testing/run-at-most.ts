/**
 * Runs a job for each item in their order, `limit` at once; the results are in the order of the items.
 * After a job that fails no other starts; it rejects with that error when those under way have ended.
 */
export async function runAtMost<Item, Result>(
  limit: number,
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const waiting = [...items.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        results.set(next[0], await run(next[1]));
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  const endings = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, work));
  const failed = endings.find((ending) => ending.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return [...results].toSorted(([one], [other]) => one - other).map(([, result]) => result);
}
