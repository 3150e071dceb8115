import { z } from 'zod';
import { answerToken } from './action-path.ts';
import type { ApprovalSecrets, Provider, SlackSettings } from './approval-policy.ts';
import { customQuestion, parseReply } from './custom-question.ts';
import { readJson, sendQuestion } from './question.ts';
import type { ReadSecret } from './secret-value.ts';
import { type SlackEntry, slackQuestion } from './slack-question.ts';
import type { Ask } from './supervisor.ts';

export interface AskingProps {
  readonly readSecret: ReadSecret;
  /** Of tokens; undefined until it has been read. */
  readonly key: () => string | undefined;
  /** Where answers of services are taken. */
  readonly answers: string;
  /** Of the methods of Slack. */
  readonly slackApi: string;
}

/** Asks in Slack and of HTTP services. */
export function askBy(props: AskingProps): Readonly<Record<Provider, Ask>> {
  return { slack: askSlack(props), custom: askCustom(props) };
}

const slackReply = z.looseObject({
  ok: z.boolean(),
  error: z
    .string()
    .regex(/^[a-z_]{1,64}$/)
    .default('unknown'),
});

function askSlack({ readSecret, slackApi }: AskingProps): Ask {
  return async (action, policy) => {
    const { slack } = policy;
    if (slack === undefined) return undefined;
    const entry = await entryOf({ slack, secrets: policy.secrets }, action.agent.namespace, readSecret);
    const { text } = await sendQuestion('Slack', slackQuestion(action, policy, { api: slackApi, entry, slack }));
    if (entry.kind === 'webhook') return undefined;
    // a method of Slack answers 200 to what it does not do
    const { ok, error } = slackReply.parse(readJson(text));
    if (!ok) throw new Error(`Slack does not post the question: ${error}`);
    return undefined;
  };
}

/** A bot before a webhook, and what is secret before what is not. */
async function entryOf(
  { secrets, slack }: { readonly slack: SlackSettings; readonly secrets: ApprovalSecrets },
  namespace: string,
  readSecret: ReadSecret,
): Promise<SlackEntry> {
  const { channel, webhookUrl } = slack;
  const { 'slack.botTokenSecretRef': bot, 'slack.webhookUrlSecretRef': webhook } = secrets;
  if (bot !== undefined && channel !== undefined) {
    return { kind: 'bot', channel, token: await readSecret({ namespace, ...bot }) };
  }
  if (webhook !== undefined) {
    return { kind: 'webhook', url: await readSecret({ namespace, ...webhook }) };
  }
  if (webhookUrl !== undefined) return { kind: 'webhook', url: webhookUrl };
  throw new Error('approval.slack: a bot needs a channel; add channel, or a webhook');
}

function askCustom({ answers, key, readSecret }: AskingProps): Ask {
  return async (action, policy) => {
    const { custom } = policy;
    const secret = key();
    if (custom === undefined) return undefined;
    if (secret === undefined) throw new Error('the key of answers has not been read yet');
    const reference = policy.secrets['custom.authSecretRef'];
    const authorization = reference && (await readSecret({ namespace: action.agent.namespace, ...reference }));
    const token = answerToken(secret, action);
    const request = customQuestion(action, policy, { custom, authorization, answers, token });
    const { text } = await sendQuestion('the approval service', request);
    return custom.useWebhook ? undefined : parseReply(text);
  };
}
