import { sendQuestion } from './question.ts';

/** Host that Slack takes answers to messages at. */
const slackHost = 'hooks.slack.com';

/**
 * Replaces a question in Slack by what became of it; never fails, as the decision stands without it.
 * @param api where Slack is, which takes answers too
 */
export function respondBy(
  api: string,
  onFault: (error: unknown) => void,
): (url: string, text: string) => Promise<void> {
  return async (url, text) => {
    const { hostname, origin } = new URL(url);
    // whoever has a signing secret may name any address
    if (hostname !== slackHost && origin !== new URL(api).origin) return;
    const body = JSON.stringify({ replace_original: true, text });
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    await sendQuestion('Slack', { url, method: 'POST', headers, body }).catch(onFault);
  };
}
