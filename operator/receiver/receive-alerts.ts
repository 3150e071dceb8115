import { type Answer, refusedAnswer } from './answer.ts';
import { parseAlerts } from './alerts.ts';
import type { Authenticate } from './authenticate.ts';
import type { Notify } from './notify.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Receive } from './receive.ts';
import { Refusal } from './refusal.ts';
import type { Sender } from './sender.ts';

export interface ReceiveAlertsProps {
  readonly authenticate: Authenticate;
  readonly limiter: Pick<RateLimiter, 'take'>;
  /** Rejects with a Refusal where the sender may not tell of alerts. */
  readonly authorize: (sender: Sender) => Promise<void>;
  readonly notify: Notify;
  /** Told of a failure that is a bug; Alertmanager sends again. */
  readonly onFault: (error: unknown) => void;
}

/** Events that are known to have been told: those of the last firings of a large cluster. */
const rememberedEvents = 10_000;

/** Tells of each alert in each of its states once; after a restart again, under the same id. */
export function receiveAlertsBy(props: ReceiveAlertsProps): Receive {
  const told = new Set<string>();
  return async (request) => {
    try {
      const sender = await props.authenticate(request);
      const { isAllowed, retryAfterMs } = props.limiter.take(sender.user.username);
      if (!isAllowed) throw new Refusal('rate_limit_exceeded', 'too many requests; send again later', { retryAfterMs });
      await props.authorize(sender);
      return accepted(await tell(request.body), request.correlationId);
    } catch (error) {
      if (!(error instanceof Refusal)) props.onFault(error);
      return refusedAnswer(error, request.correlationId);
    }
  };

  async function tell(body: Buffer): Promise<{ readonly alerts: number; readonly told: number }> {
    const events = parseAlerts(body);
    const news = new Map(events.filter(({ id }) => !told.has(id)).map((event) => [event.id, event]));
    for (const event of news.values()) {
      await props.notify(event);
      remember(event.id);
    }
    return { alerts: events.length, told: news.size };
  }

  function remember(id: string): void {
    told.add(id);
    const [oldest] = told;
    if (told.size > rememberedEvents && oldest !== undefined) told.delete(oldest);
  }
}

const accepted = (counts: object, correlationId: string): Answer => ({
  status: 202,
  headers: {},
  body: { status: 'accepted', correlationId, ...counts },
});
