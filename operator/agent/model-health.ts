import type { Clock } from '../kube/clock.ts';
import { canonicalJson } from '../specs/applied-object.ts';
import type { AskModel, ModelAnswer } from './model-probe.ts';
import type { ModelTarget } from './model-target.ts';

/** What is known of a model. */
export interface ModelReport {
  readonly answer: ModelAnswer;
  readonly askedAt: Date;
  readonly latencyMs: number;
  /** When it was served last; undefined where it never was since this program started. */
  readonly servedAt: Date | undefined;
}

interface Known {
  readonly target: ModelTarget;
  report: ModelReport | undefined;
  /** When to ask again, by the clock. */
  dueAt: number;
  isOpen: boolean;
}

export interface ModelHealthProps {
  readonly ask: AskModel;
  readonly clock: Clock;
  readonly today: () => Date;
}

/** Between two questions to one server. */
export const askAgainMs = 60_000;
const patienceMs = 5000;
const mostAtOnce = 8;

/** Whether models are served: asked beside the passes, which never wait for it, and once for all agents of a model. */
export class ModelHealth {
  readonly #props: ModelHealthProps;
  readonly #targets = new Map<string, string>();
  readonly #known = new Map<string, Known>();
  #open = 0;

  constructor(props: ModelHealthProps) {
    this.#props = props;
  }

  /** What is known of the model of an agent; asks anew where that is nothing or old. @param target undefined: it has none */
  read(agent: string, target: ModelTarget | undefined): ModelReport | undefined {
    const id = target === undefined ? undefined : canonicalJson(target);
    if (this.#targets.get(agent) !== id) this.forget(agent);
    if (target === undefined || id === undefined) return undefined;
    this.#targets.set(agent, id);
    const now = this.#props.clock.now();
    const known = this.#known.get(id) ?? { target, report: undefined, dueAt: now, isOpen: false };
    this.#known.set(id, known);
    const isDue = now >= known.dueAt;
    if (isDue && !known.isOpen && this.#open < mostAtOnce) void this.#look(known);
    return known.report;
  }

  /** The agent is gone, or has another model. */
  forget(agent: string): void {
    const id = this.#targets.get(agent);
    if (id === undefined) return;
    this.#targets.delete(agent);
    if (![...this.#targets.values()].includes(id)) this.#known.delete(id);
  }

  /** The model of each agent that has been asked for and has said whether it is served. */
  *answers(): Iterable<{ readonly agent: string; readonly target: ModelTarget; readonly isServed: boolean }> {
    for (const [agent, id] of this.#targets) {
      const { report, target } = this.#known.get(id) ?? {};
      if (target === undefined || report === undefined || report.answer.kind === 'unsaid') continue;
      yield { agent, target, isServed: report.answer.kind === 'served' };
    }
  }

  async #look(known: Known): Promise<void> {
    const { ask, clock, today } = this.#props;
    const begun = clock.now();
    known.isOpen = true;
    this.#open += 1;
    const answer = await ask(known.target, AbortSignal.timeout(patienceMs));
    this.#open -= 1;
    known.isOpen = false;
    known.dueAt = clock.now() + askAgainMs;
    const askedAt = today();
    known.report = {
      answer,
      askedAt,
      latencyMs: Math.round(clock.now() - begun),
      servedAt: answer.kind === 'served' ? askedAt : known.report?.servedAt,
    };
  }
}
