import type { Action } from './action.ts';
import type { ApprovalPolicy, SlackSettings } from './approval-policy.ts';
import { dueAt, type QuestionRequest } from './question.ts';

/** What a button says was pressed. */
export const slackActions = { approve: 'lambda_approve', reject: 'lambda_reject' } as const;

/** How a message gets into Slack. */
export type SlackEntry =
  | { readonly kind: 'webhook'; readonly url: string }
  | { readonly kind: 'bot'; readonly token: string; readonly channel: string };

/** Slack takes 3000 characters in a section. */
const mostCharacters = 2000;

/**
 * The question in a channel. What the event says is plain text: no markup in it names a person or a link. Buttons are there
 * where their answer can be checked.
 * @param api of the methods, `https://slack.com/api/` but in tests
 */
export function slackQuestion(
  action: Action,
  policy: ApprovalPolicy,
  { api, entry, slack }: { readonly api: string; readonly entry: SlackEntry; readonly slack: SlackSettings },
): QuestionRequest {
  const { agent, id } = action;
  const message = {
    text: `Agent ${agent.namespace}/${agent.name} asks for approval of action ${id}`,
    blocks: [
      section(`Agent ${agent.namespace}/${agent.name} wants to send an event. Answer before ${dueAt(action, policy)}.`),
      section(describe(action)),
      ...(slack.signingSecretRef === undefined ? [] : [buttons(action)]),
    ],
  };
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  switch (entry.kind) {
    case 'webhook': {
      const channel = slack.channel === undefined ? {} : { channel: slack.channel };
      return { url: entry.url, method: 'POST', headers, body: JSON.stringify({ ...channel, ...message }) };
    }
    case 'bot':
      return {
        url: new URL('chat.postMessage', api).href,
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${entry.token}` },
        body: JSON.stringify({ channel: entry.channel, ...message }),
      };
  }
}

const section = (text: string) => ({ type: 'section', text: { type: 'plain_text', text, emoji: false } });

function describe({ event, id }: Action): string {
  const named = ['type', 'source', 'subject', 'id'].flatMap((name) =>
    typeof event[name] === 'string' ? [`${name}: ${event[name]}`] : [],
  );
  const data = event['data'] === undefined ? '' : `\n${JSON.stringify(event['data'], undefined, 2)}`;
  const text = `action ${id}\n${named.join('\n')}${data}`;
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}\n… (${text.length} characters)` : text;
}

function buttons({ agent, id }: Action) {
  const value = `${agent.namespace}/${agent.name}/${id}`;
  const button = (text: string, style: string, actionId: string) => ({
    type: 'button',
    text: { type: 'plain_text', text },
    style,
    action_id: actionId,
    value,
  });
  return {
    type: 'actions',
    elements: [button('Approve', 'primary', slackActions.approve), button('Reject', 'danger', slackActions.reject)],
  };
}
