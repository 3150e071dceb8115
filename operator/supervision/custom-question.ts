import { z } from 'zod';
import type { Action, Answer, Verdict } from './action.ts';
import type { ApprovalPolicy, CustomSettings } from './approval-policy.ts';
import { dueAt, type QuestionRequest, readJson } from './question.ts';

export interface CustomParts {
  readonly custom: CustomSettings;
  /** Value of the header; undefined where none is set. */
  readonly authorization: string | undefined;
  /** Where answers are taken. */
  readonly answers: string;
  readonly token: string;
}

/** Methods without a body. */
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * The question to a service: a JSON body, or a query where the method has no body. Where the service calls back it is told
 * where to, and with which token; else its answer to this request is the answer to the question.
 */
export function customQuestion(action: Action, policy: ApprovalPolicy, parts: CustomParts): QuestionRequest {
  const { authorization, custom } = parts;
  const { agent, event, heldAt, id } = action;
  const url = new URL(/^https?:\/\//.test(custom.endpoint) ? custom.endpoint : `http://${custom.endpoint}`);
  const headers = { ...custom.headers, ...(authorization === undefined ? {} : { authorization }) };
  if (bodiless.has(custom.method)) {
    const query = { namespace: agent.namespace, agent: agent.name, id };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return { url: url.href, method: custom.method, headers, body: undefined };
  }
  const callback = custom.useWebhook
    ? { callbackUrl: custom.callbackUrl ?? parts.answers, callbackToken: parts.token }
    : {};
  return {
    url: url.href,
    method: custom.method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ id, agent, heldAt, dueAt: dueAt(action, policy), event, ...callback }),
  };
}

const given = {
  answer: z.enum(['approve', 'reject']),
  /** Who has decided; it stands in the audit log, so nothing but a name. */
  by: z
    .string()
    .regex(/^[\w.@+-]{1,128}$/)
    .default('the service'),
};
const replySchema = z.looseObject(given);

/** The answer that a service gives at once; undefined while it has none. */
export function parseReply(text: string): Omit<Answer, 'provider'> | undefined {
  const { data } = replySchema.safeParse(readJson(text));
  return data && { verdict: verdictOf(data.answer), by: data.by };
}

const name = z.string().regex(/^[a-z0-9-]{1,63}$/);
const callbackSchema = z.strictObject({
  agent: z.strictObject({ namespace: name, name }),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  ...given,
});

/** The body of a call back, `{"agent": {"namespace", "name"}, "id", "answer", "by"}`; undefined for any other. */
export function parseCallback(body: Buffer) {
  const { data } = callbackSchema.safeParse(readJson(body.toString()));
  if (data === undefined) return undefined;
  const { agent, answer, by, id } = data;
  return { reference: { agent, id }, verdict: verdictOf(answer), by };
}

const verdictOf = (answer: 'approve' | 'reject'): Verdict => (answer === 'approve' ? 'approved' : 'rejected');
