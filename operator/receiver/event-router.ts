import { eventTypes } from '../api/index.ts';
import {
  type Classify,
  type Intent,
  type IntentDecision,
  type IntentEvent,
  type IntentRouter,
  type IntentTable,
} from '../intents/index.ts';
import type { Clock } from '../kube/clock.ts';
import { type CloudEvent, eventIdentity } from './cloud-event.ts';
import { ExpiringCache } from './expiring-cache.ts';
import { Refusal } from './refusal.ts';
import type { Sender } from './sender.ts';

/** What became of an event that may have an intent. */
export type Routed = 'routed' | 'duplicate' | 'ignored';

/** Rejects with a Refusal where the sender may not reach the target. */
export type AuthorizeRoute = (sender: Sender, intent: Intent) => Promise<void>;

/** Hands an event to the Broker that its target reads. Rejects with a Refusal. */
export type DeliverIntent = (target: Intent['target'], event: CloudEvent) => Promise<void>;

/** Told of each event that has gone somewhere. */
export type CountRouted = (intent: string, by: IntentDecision['reason']['kind']) => void;

export interface EventRouterProps {
  /** Undefined where no table is set. */
  readonly router: () => IntentRouter | undefined;
  readonly classifierOf: (table: IntentTable) => Classify | undefined;
  readonly authorize: AuthorizeRoute;
  readonly deliver: DeliverIntent;
  readonly count: CountRouted;
  readonly clock: Clock;
}

/** Attributes of what is routed: its intent, how often it and what led to it were routed, and its own id. */
const routeAttributes = { intent: 'intent', hops: 'intenthops', routed: 'intentid' } as const;

/** As long as a Broker tries again. */
const rememberedMs = 600_000;
const rememberedEvents = 20_000;

/** Sends events to whoever serves their intent, each once. */
export class EventRouter {
  readonly #props: EventRouterProps;
  readonly #sent: ExpiringCache<'routed'>;

  constructor(props: EventRouterProps) {
    this.#props = props;
    this.#sent = new ExpiringCache({ clock: props.clock, maxAgeMs: rememberedMs, maxEntries: rememberedEvents });
  }

  /** An event that was sent to be routed. @throws Refusal where nobody serves it, or the sender may not reach who does */
  async route(event: CloudEvent, sender: Sender): Promise<Routed> {
    const router = this.#props.router();
    if (router === undefined) throw new Refusal('no_route', 'no table of intents is set');
    let isNew = false;
    // what fails is forgotten, so that it may come again
    await this.#sent.get(`${sender.user.username} ${eventIdentity(event)}`, () => {
      isNew = true;
      return this.#send(event, sender, router);
    });
    return isNew ? 'routed' : 'duplicate';
  }

  /** An event that a Broker brings with all others: only what the table asks for, and nothing that has been here. */
  async routeDelivered(event: CloudEvent, sender: Sender): Promise<Routed> {
    const types = this.#props.router()?.table.eventTypes ?? [];
    const wasHere = event.extensions[routeAttributes.routed] === event.id;
    return wasHere || !types.includes(event.type) ? 'ignored' : this.route(event, sender);
  }

  async #send(event: CloudEvent, sender: Sender, router: IntentRouter): Promise<'routed'> {
    const { authorize, classifierOf, count, deliver } = this.#props;
    const hops = hopsOf(event) + 1;
    const { maxHops } = router.table;
    if (hops > maxHops) throw new Refusal('too_many_hops', `routed ${hops - 1} times, allowed ${maxHops}`);
    const decision = await router.decide(toIntentEvent(event), classifierOf(router.table));
    if (decision.kind === 'unrouted') {
      count('', decision.reason.kind);
      throw new Refusal('no_route', `no intent: ${decision.reason.kind === 'none' ? decision.reason.because : ''}`);
    }
    const { intent, name, reason } = decision;
    await authorize(sender, intent);
    await deliver(intent.target, withRoute(event, { name, intent, hops }));
    count(name, reason.kind);
    return 'routed';
  }
}

/** What is no number counts as many: nobody may go on for ever by breaking it. */
function hopsOf({ extensions }: CloudEvent): number {
  const text = extensions[routeAttributes.hops] ?? '0';
  return /^[0-9]{1,4}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER - 1;
}

interface Route {
  readonly name: string;
  readonly intent: Intent;
  readonly hops: number;
}

/** The event as its target gets it: source and id stay, so that it can tell what it has had. */
function withRoute(event: CloudEvent, { hops, intent, name }: Route): CloudEvent {
  const { eventType, target } = intent;
  const usual = target.kind === 'function' ? eventTypes.invokeAsync : event.type;
  const { hops: hopsKey, intent: intentKey, routed } = routeAttributes;
  return {
    ...event,
    type: eventType ?? usual,
    // the Trigger of a function selects by its name
    subject: target.kind === 'function' ? target.name : event.subject,
    extensions: { ...event.extensions, [intentKey]: name, [hopsKey]: String(hops), [routed]: event.id },
  };
}

function toIntentEvent({
  data,
  dataContentType,
  extensions,
  id,
  source,
  subject,
  time,
  type,
}: CloudEvent): IntentEvent {
  const optional = Object.entries({ subject, time, datacontenttype: dataContentType });
  const given = optional.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return {
    attributes: { ...extensions, ...Object.fromEntries(given), id, source, type },
    data: dataOf(data),
  };
}

function dataOf(data: CloudEvent['data']): unknown {
  switch (data.kind) {
    case 'none':
      return undefined;
    case 'json':
      return data.value;
    case 'bytes':
      return data.bytes.toString('utf8');
  }
}
