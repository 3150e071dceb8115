import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { HttpMessage } from '../receiver/decode.ts';
import type { ActionReference, Verdict } from './action.ts';
import { readJson } from './question.ts';
import { slackActions } from './slack-question.ts';
import { parseActionPath } from './action-path.ts';

/** What somebody has pressed. Nothing of it is true before the signature has been checked. */
export interface SlackAnswer {
  readonly reference: ActionReference;
  readonly verdict: Verdict;
  /** Id of the user, such as `U012AB3CD`. */
  readonly user: string;
  /** Where the message can be replaced. */
  readonly responseUrl: string | undefined;
}

const payloadSchema = z.looseObject({
  type: z.literal('block_actions'),
  user: z.looseObject({ id: z.string().regex(/^[A-Z0-9]{2,32}$/) }),
  actions: z
    .array(z.looseObject({ action_id: z.enum(Object.values(slackActions)), value: z.string().max(256) }))
    .length(1),
  response_url: z.url({ protocol: /^https?$/ }).optional(),
});

/** The answer in a request of Slack (a form with the field payload); undefined for any other request. */
export function parseSlackAnswer(body: Buffer): SlackAnswer | undefined {
  const payload = new URLSearchParams(body.toString()).get('payload');
  const { data } = payloadSchema.safeParse(readJson(payload ?? ''));
  const [pressed] = data?.actions ?? [];
  const reference = parseActionPath(pressed?.value ?? '');
  if (data === undefined || pressed === undefined || reference === undefined) return undefined;
  return {
    reference,
    verdict: pressed.action_id === slackActions.approve ? 'approved' : 'rejected',
    user: data.user.id,
    responseUrl: data.response_url,
  };
}

/** How far the time of a request may be from ours, as Slack says. */
const windowMs = 300_000;

/**
 * Whether Slack has sent a request, to the app that has the secret (Slack, Verifying requests, version v0).
 * @param now milliseconds since 1970
 */
export function isFromSlack({ body, headers }: HttpMessage, secret: string, now: number): boolean {
  const [time, signature] = [headers['x-slack-request-timestamp'], headers['x-slack-signature']];
  if (typeof time !== 'string' || typeof signature !== 'string' || !/^[0-9]{1,12}$/.test(time)) return false;
  const { mac } = /^v0=(?<mac>[0-9a-f]{64})$/.exec(signature)?.groups ?? {};
  if (mac === undefined || Math.abs(now - Number(time) * 1000) > windowMs) return false;
  const expected = createHmac('sha256', secret).update(`v0:${time}:`).update(body).digest();
  return timingSafeEqual(Buffer.from(mac, 'hex'), expected);
}
