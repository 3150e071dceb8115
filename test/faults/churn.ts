import type { ApiClient } from '../cluster/api-client.ts';
import { eventually } from '../cluster/eventually.ts';
import { notes } from './note.ts';
import type { SeededRandom } from './seeded-random.ts';

interface Change {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

/** What a second attempt is told when only the answer of the first was lost. */
const doneBefore = { POST: 409, PATCH: undefined, DELETE: 404 } as const;
const patience = { intervalMs: 100 };

export interface ChurnProps {
  readonly admin: ApiClient;
  readonly namespace: string;
  readonly random: SeededRandom;
  /** How many Notes there are about. */
  readonly population: number;
}

/** Makes, changes and removes Notes at random, as their users would, and remembers what they should be. */
export class Churn {
  /** Text of every Note that there is now, by name. */
  readonly texts = new Map<string, string>();
  readonly #props: ChurnProps;
  readonly #root: string;
  /** Names with a request on its way. */
  readonly #busy = new Set<string>();
  readonly #names = new Set<string>();
  #written = 0;

  constructor(props: ChurnProps) {
    this.#props = props;
    this.#root = `/apis/${notes.group}/${notes.version}/namespaces/${props.namespace}/${notes.plural}`;
  }

  /** So many random steps, a few at once. */
  async run(steps: number): Promise<void> {
    let left = steps;
    const work = async (): Promise<void> => {
      for (; left > 0; left -= 1) await this.step();
    };
    await Promise.all(Array.from({ length: 8 }, work));
  }

  /** One change of one Note. */
  async step(): Promise<void> {
    const roll = this.#props.random.fraction();
    const isFew = this.texts.size < this.#props.population;
    const name = roll < (isFew ? 0.4 : 0.1) ? undefined : this.#idle([...this.texts.keys()]);
    if (name === undefined) return this.create(this.#idle(this.#unused()) ?? this.#newName());
    return roll > (isFew ? 0.95 : 0.85) ? this.remove(name) : this.change(name);
  }

  async create(name: string): Promise<void> {
    this.#names.add(name);
    const text = this.#newText();
    this.texts.set(name, text);
    const object = {
      apiVersion: `${notes.group}/${notes.version}`,
      kind: notes.kind,
      metadata: { name },
      spec: { text },
    };
    await this.#send(name, { method: 'POST', path: this.#root, body: object });
  }

  async change(name: string): Promise<void> {
    const text = this.#newText();
    this.texts.set(name, text);
    await this.#send(name, { method: 'PATCH', path: `${this.#root}/${name}`, body: { spec: { text } } });
  }

  async remove(name: string): Promise<void> {
    this.texts.delete(name);
    await this.#send(name, { method: 'DELETE', path: `${this.#root}/${name}` });
  }

  /** Any of the names that no request is on its way for: what was asked first is then also done first. */
  #idle(names: readonly string[]): string | undefined {
    const idle = names.filter((name) => !this.#busy.has(name));
    return idle[this.#props.random.between(0, idle.length - 1)];
  }

  /** Names of Notes that are gone. Half of those made later have one: another object by the name of an old one. */
  #unused(): readonly string[] {
    return this.#props.random.fraction() < 0.5 ? [] : [...this.#names].filter((name) => !this.texts.has(name));
  }

  #newName(): string {
    return `note-${this.#names.size + 1}`;
  }

  #newText(): string {
    this.#written += 1;
    return `text ${this.#written}`;
  }

  /** Until it is done: the API server may be away for a while. */
  async #send(name: string, sent: Change): Promise<void> {
    this.#busy.add(name);
    const contentType = sent.method === 'PATCH' ? 'application/merge-patch+json' : undefined;
    let attempts = 0;
    try {
      await eventually(async () => {
        attempts += 1;
        const { status } = await this.#props.admin.request(sent.method, sent.path, sent.body, contentType);
        const wasDone = attempts > 1 && status === doneBefore[sent.method];
        if (status >= 300 && !wasDone) throw new Error(`${sent.method} ${sent.path}: status ${status}`);
      }, patience);
    } finally {
      this.#busy.delete(name);
    }
  }
}
