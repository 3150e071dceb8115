import { createHash } from 'node:crypto';
import { type CloudEvent, isRecord } from './cloud-event.ts';
import { Conversations } from './conversations.ts';
import type { ModelMetrics } from './model-metrics.ts';
import { type AskModel, type Message, ModelError } from './ollama.ts';
import type { Settings } from './settings.ts';

/** What becomes of an event. */
export type Handled =
  | { readonly kind: 'reply'; readonly event: CloudEvent }
  /** Nothing to say: its own event, one without a question, or the agent is told to be silent. */
  | { readonly kind: 'silent' };

const mostReplies = 1000;

/** Answers questions with what the model says. */
export class Agent {
  readonly #settings: Settings;
  readonly #ask: AskModel;
  readonly #metrics: ModelMetrics;
  readonly #conversations: Conversations;
  /** By event, so that one that comes again asks the model no second time. */
  readonly #replies = new Map<string, Promise<Handled>>();

  constructor(settings: Settings, ask: AskModel, metrics: ModelMetrics) {
    this.#settings = settings;
    this.#ask = ask;
    this.#metrics = metrics;
    this.#conversations = new Conversations(settings.maxContextMessages);
  }

  /** Rejects with a ModelError when the model gives no answer; the event may come again. */
  handle(event: CloudEvent): Promise<Handled> {
    const question = questionOf(event.data);
    if (event.source === this.#settings.source || question === '') return Promise.resolve({ kind: 'silent' });
    const key = `${event.source.length}:${event.source}${event.id}`;
    const known = this.#replies.get(key);
    if (known !== undefined) return known;
    const reply = this.#answer(event, question);
    this.#replies.set(key, reply);
    reply.catch(() => this.#replies.delete(key));
    const [oldest] = this.#replies.keys();
    if (this.#replies.size > mostReplies && oldest !== undefined) this.#replies.delete(oldest);
    return reply;
  }

  async #answer(event: CloudEvent, question: string): Promise<Handled> {
    const text = await this.#conversations.ask(conversationOf(event), question, (messages) => this.#complete(messages));
    return this.#settings.emitEvents ? { kind: 'reply', event: this.#replyTo(event, text) } : { kind: 'silent' };
  }

  async #complete(messages: readonly Message[]): Promise<string> {
    const { systemPrompt } = this.#settings;
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    try {
      const instructions = systemPrompt === '' ? [] : [{ role: 'system', content: systemPrompt } as const];
      const completion = await this.#ask([...instructions, ...messages]);
      this.#metrics.succeeded(seconds(), completion);
      return completion.text;
    } catch (error) {
      this.#metrics.failed(seconds(), error instanceof ModelError ? 'model' : 'other');
      throw error;
    }
  }

  /** The same question has a reply of the same id, so that whoever gets it twice can tell. */
  #replyTo({ attributes, data, id, source }: CloudEvent, text: string): CloudEvent {
    const handedOn = ['subject', 'correlationid', 'traceparent', 'intenthops'].flatMap((name) => {
      const value = attributes[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const conversation =
      isRecord(data) && typeof data['conversationId'] === 'string' ? data['conversationId'] : undefined;
    return {
      id: createHash('sha256').update(`${source} ${id}`).digest('hex').slice(0, 32),
      source: this.#settings.source,
      type: this.#settings.replyType,
      attributes: { causationid: id, ...Object.fromEntries(handedOn) },
      data: {
        text,
        model: this.#settings.model,
        ...(conversation === undefined ? {} : { conversationId: conversation }),
      },
    };
  }
}

/** What somebody asks; empty where nobody does. */
function questionOf(data: unknown): string {
  if (typeof data === 'string') return data;
  if (!isRecord(data)) return '';
  const texts = ['text', 'message', 'prompt', 'query'].map((name) => data[name]);
  return texts.find((one): one is string => typeof one === 'string') ?? '';
}

/** Who talks with whom: what the data say, else the subject, else the source. */
function conversationOf({ attributes, data, source }: CloudEvent): string {
  const named = isRecord(data) ? (data['conversationId'] ?? data['userId']) : undefined;
  return typeof named === 'string' ? `${source} ${named}` : `${source} ${attributes['subject'] ?? ''}`;
}
