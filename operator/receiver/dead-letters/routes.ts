import { z } from 'zod';
import { type Answer, refusedAnswer } from '../answer.ts';
import type { Authenticate, UnknownRequest } from '../authenticate.ts';
import { unavailable } from '../api-refusal.ts';
import { parseJson } from '../json-text.ts';
import { Refusal } from '../refusal.ts';
import { unknownNamespace } from '../undeliverable.ts';
import type { Sender } from '../sender.ts';
import { letterKey } from './letter-entry.ts';
import { letterQuerySchema } from './letter-query.ts';
import { purgeLetters, purgeSchema, replayLetters, replaySchema, unknownLetter } from './letter-order.ts';
import type { ReplayProps } from './replay.ts';
import type { PlacedLetter } from './segment-index.ts';

/** What RBAC must allow on `lambdafunctions/deadletters` of the namespace: to see letters, to replay and to purge them. */
export type LetterVerb = 'get' | 'update' | 'delete';

/** Rejects with a Refusal where the sender may not. */
export type AuthorizeLetters = (sender: Sender, verb: LetterVerb, namespace: string) => Promise<void>;

export interface LetterRoutesProps extends ReplayProps {
  readonly authenticate: Authenticate;
  readonly authorize: AuthorizeLetters;
  /** Where rights on letters of no namespace are looked up. */
  readonly controlNamespace: string;
}

/** A request about dead letters. */
export interface LetterRequest extends UnknownRequest {
  readonly correlationId: string;
  /** Of the address. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

export type AnswerLetters = (request: LetterRequest) => Promise<Answer>;

export interface LetterRoutes {
  readonly list: AnswerLetters;
  readonly show: AnswerLetters;
  readonly replay: AnswerLetters;
  readonly purge: AnswerLetters;
}

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const after = z.string().max(512).optional();

const listSchema = letterQuerySchema.extend({ limit: whole(1, 1000).default(100), after });
const showSchema = z.strictObject({ namespace: letterQuerySchema.shape.namespace, key: z.string().min(1).max(256) });
/** Answers what people ask of dead letters: each acts as far as its Kubernetes identity may. */
export function letterRoutes(props: LetterRoutesProps): LetterRoutes {
  const { letters } = props;
  return {
    list: answering(async (request) => {
      const { limit, after: start, ...query } = parse(listSchema, request.query);
      await enter(request, 'get', query.namespace);
      const page = letters.page(query, { after: start, limit });
      return {
        items: page.letters.map(toSummary),
        next: page.next ?? null,
        total: letters.count(query),
        unlisted: letters.catalogue.countLeftOut(query.namespace),
      };
    }),
    show: answering(async (request) => {
      const { key, namespace } = parse(showSchema, request.query);
      await enter(request, 'get', namespace);
      const found = letters.catalogue.find(namespace, key);
      const letter = found === undefined ? undefined : await letters.read(found);
      if (found === undefined || letter === undefined) throw unknownLetter(namespace, key);
      return { ...toSummary(found), letter };
    }),
    replay: answering(async (request) => {
      const order = parse(replaySchema, bodyOf(request));
      await enter(request, order.dryRun ? 'get' : 'update', order.namespace);
      return replayLetters(props, order, request.signal);
    }),
    purge: answering(async (request) => {
      const order = parse(purgeSchema, bodyOf(request));
      await enter(request, order.dryRun ? 'get' : 'delete', order.namespace);
      return purgeLetters(props, order);
    }),
  };

  /** Knows who asks and whether they may, and then what every replica has stored. */
  async function enter(request: LetterRequest, verb: LetterVerb, namespace: string): Promise<void> {
    const sender = await props.authenticate(request);
    await props.authorize(sender, verb, namespace === unknownNamespace ? props.controlNamespace : namespace);
    await letters.refresh().catch((error: unknown) => {
      throw unavailable('the store of dead letters does not answer', undefined, error);
    });
  }
}

function answering(work: (request: LetterRequest) => Promise<Answer['body']>): AnswerLetters {
  return async (request) => {
    try {
      return { status: 200, headers: {}, body: await work(request) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refusedAnswer(error, request.correlationId);
    }
  };
}

const bodyOf = ({ body }: LetterRequest): unknown => parseJson(body, '');

function parse<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ message, path }) => ({ pointer: `/${path.join('/')}`, message }));
  throw new Refusal('schema_validation_failed', 'the request is not one about dead letters', { faults });
}

function toSummary({ entry }: PlacedLetter) {
  const { event, function: name, namespace, reason, replays, time } = entry;
  return { key: letterKey(entry), namespace, function: name, time, reason, replays, ...event };
}
