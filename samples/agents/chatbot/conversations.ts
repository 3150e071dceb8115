import type { Message } from './ollama.ts';

const mostConversations = 1000;

/** What was said lately, by conversation; the one that is silent longest is forgotten first. */
export class Conversations {
  readonly #maxMessages: number;
  readonly #messages = new Map<string, readonly Message[]>();
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(maxMessages: number) {
    this.#maxMessages = maxMessages;
  }

  /** Questions of one conversation wait for each other; one that fails leaves nothing behind. */
  async ask(
    key: string,
    question: string,
    answerTo: (messages: readonly Message[]) => Promise<string>,
  ): Promise<string> {
    const before = this.#turns.get(key) ?? Promise.resolve();
    const turn = before.then(
      () => this.#answer(key, question, answerTo),
      () => this.#answer(key, question, answerTo),
    );
    this.#turns.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    }
  }

  async #answer(
    key: string,
    question: string,
    answerTo: (messages: readonly Message[]) => Promise<string>,
  ): Promise<string> {
    const asked = [...(this.#messages.get(key) ?? []), { role: 'user', content: question } as const];
    const content = await answerTo(asked);
    const kept = this.#maxMessages === 0 ? [] : [...asked, { role: 'assistant', content } as const];
    this.#keep(key, kept.slice(-this.#maxMessages));
    return content;
  }

  #keep(key: string, messages: readonly Message[]): void {
    this.#messages.delete(key);
    this.#messages.set(key, messages);
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > mostConversations && oldest !== undefined) this.#messages.delete(oldest);
  }
}
