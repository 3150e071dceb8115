import { z } from 'zod';
import type { Action } from './action.ts';
import type { ApprovalPolicy } from './approval-policy.ts';

/** A request to whoever is asked. */
export interface QuestionRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Until when an answer is waited for. */
export function dueAt({ heldAt }: Action, { timeoutMs }: Pick<ApprovalPolicy, 'timeoutMs'>): string {
  return new Date(Date.parse(heldAt) + timeoutMs).toISOString();
}

const timeoutMs = 10_000;
const mostBytes = 65_536;

/** Sends a question, and follows no redirect. @returns status and text; rejects with an error that names no address, as it may be a secret */
export async function sendQuestion(
  who: string,
  { body, headers, method, url }: QuestionRequest,
): Promise<{ readonly status: number; readonly text: string }> {
  const signal = AbortSignal.timeout(timeoutMs);
  const content = body === undefined ? {} : { body };
  const request = { method, headers, ...content, signal, redirect: 'manual' } as const;
  const answer = await fetch(url, request).catch((error: unknown) => {
    const code = codeOf(error);
    throw new Error(`${who} does not answer${code === undefined ? '' : `: ${code}`}`);
  });
  const text = await beginningOf(answer);
  if (answer.status < 200 || answer.status >= 300) throw new Error(`${who} answers with status ${answer.status}`);
  return { status: answer.status, text };
}

const failure = z.object({ cause: z.object({ code: z.string() }) });

/** Of the system, such as ECONNREFUSED: all else of a failure may name the address. */
const codeOf = (error: unknown): string | undefined => failure.safeParse(error).data?.cause.code;

/** As much as an answer may need; whoever sends without an end is left. */
async function beginningOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= mostBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBytes).toString();
}

/** JSON of somebody else; undefined for a text that is none. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
