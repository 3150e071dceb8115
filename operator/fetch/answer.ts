import { z } from 'zod';
import { failures, FetchError, type FailureReason, isRetryable } from './failure.ts';
import type { Secrets } from './secrets.ts';
import { versionSchema } from './version.ts';

const reasonSchema = z
  .string()
  .refine((text): text is FailureReason => Object.hasOwn(failures, text), 'unknown reason');

/** What a run says in its termination message; the operator reads it from the status of the pod. */
export const answerSchema = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('resolved'), version: versionSchema }),
  z.strictObject({
    outcome: z.literal('fetched'),
    version: versionSchema,
    files: z.int().min(0),
    bytes: z.int().min(0),
  }),
  z.strictObject({
    outcome: z.literal('failed'),
    reason: reasonSchema,
    message: z.string(),
    retryable: z.boolean(),
  }),
]);
export type Answer = z.infer<typeof answerSchema>;

/** The kubelet cuts what is longer. */
const maximumBytes = 4096;
const maximumMessageBytes = 3000;

/** What a run ends with when it throws. What is no FetchError is a bug, and said to be one. */
export function toFailure(error: unknown, secrets: Secrets): Extract<Answer, { outcome: 'failed' }> {
  const known = error instanceof FetchError ? error : toUnexpected(error);
  const message = cut(secrets.redact(known.message).replaceAll(/\s+/g, ' ').trim());
  return { outcome: 'failed', reason: known.reason, message, retryable: isRetryable(known.reason) };
}

function toUnexpected(error: unknown): FetchError {
  const { code } = z.object({ code: z.string() }).safeParse(error).data ?? { code: '' };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new FetchError(
      'WorkspaceFull',
      'workspace: no space is left; free the node, or raise the size limit of the volume',
    );
  }
  return new FetchError('InternalError', `unexpected: ${String(error)}; report it with the log of this container`);
}

/** One line, at most 4096 bytes. */
export function printAnswer(answer: Answer): string {
  const text = JSON.stringify(answer);
  if (Buffer.byteLength(text) > maximumBytes)
    throw new RangeError(`answer: got ${Buffer.byteLength(text)} bytes, allowed ${maximumBytes}`);
  return text;
}

/** The text that fits, with JSON's escapes; a character is never halved. */
function cut(text: string): string {
  const characters: string[] = [];
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(JSON.stringify(character)) - 2;
    if (bytes > maximumMessageBytes) return `${characters.join('')}…`;
    characters.push(character);
  }
  return text;
}

/** The answer of a run, or undefined for what is none: a container that was killed leaves other text, or nothing. */
export function parseAnswer(text: string): Answer | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
