import { z } from 'zod';
import type { Classify, IntentTable } from '../intents/index.ts';
import { OriginPools } from '../origin-pools.ts';
import { readAtMost } from '../read-at-most.ts';

const answerSchema = z.looseObject({ intent: z.string(), confidence: z.number().min(0).max(1) });

const mostAnswerBytes = 65_536;

/** The signal ends what takes too long. */
const pools = new OriginPools(0);

/**
 * Asks the classifier of a table: POST of `{"text", "intents"}`, answered with `{"intent", "confidence"}`. Follows no
 * redirect; undefined where the table has none.
 */
export function classifyBy({ classifier }: Pick<IntentTable, 'classifier'>): Classify | undefined {
  if (classifier === undefined) return undefined;
  const { endpoint, timeoutMilliseconds } = classifier;
  const { origin, pathname, search } = new URL(endpoint);
  return async (text, intents) => {
    const { body, statusCode } = await pools.of(origin).request({
      method: 'POST',
      path: `${pathname}${search}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, intents }),
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    const answer = await readAtMost(mostAnswerBytes, body);
    if (statusCode !== 200 || answer === undefined) {
      throw new Error(
        `the classifier answers with status ${statusCode}${answer === undefined ? ', and too much' : ''}`,
      );
    }
    return answerSchema.parse(JSON.parse(answer.toString()));
  };
}
