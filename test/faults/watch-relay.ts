import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventFaultKind, RefusalKind } from './fault.ts';
import type { FaultPlan } from './fault-plan.ts';
import { refusalBody } from './refusal.ts';

/** How long a held event waits for one that may overtake it; no event follows the last one. */
const heldMs = 100;
const longestPauseMs = 300;

/** Relays the lines of a watch, one event each, with the faults of the plan. */
export class WatchRelay {
  readonly #response: ServerResponse;
  readonly #plan: FaultPlan;
  readonly #signal: AbortSignal;
  #held = '';
  #release: NodeJS.Timeout | undefined;

  /** @param signal ends a stall, which the client has to end by itself otherwise */
  constructor(response: ServerResponse, plan: FaultPlan, signal: AbortSignal) {
    this.#response = response;
    this.#plan = plan;
    this.#signal = signal;
  }

  /** Resolves when the watch has ended, by the server's will or by a fault. */
  async relay(chunks: AsyncIterable<Buffer>): Promise<void> {
    // the answer begins before its first event
    this.#response.flushHeaders();
    try {
      for await (const line of linesOf(chunks)) {
        if ((await this.#relayLine(line)) === 'ended') return;
      }
      await this.#write('');
      this.#response.end();
    } finally {
      clearTimeout(this.#release);
    }
  }

  async #relayLine(line: string): Promise<'open' | 'ended'> {
    const fault = this.#plan.nextEvent();
    return fault === undefined ? this.#write(line) : this.#meet[fault.kind](line, fault.at);
  }

  readonly #meet: Readonly<Record<EventFaultKind, (line: string, at: number) => Promise<'open' | 'ended'>>> = {
    'duplicate-event': (line) => this.#write(line + line),
    'reorder-events': (line) => this.#hold(line),
    'pause-watch': async (line, at) => {
      await sleep(at * longestPauseMs);
      return this.#write(line);
    },
    'cut-event': (line, at) => this.#cut(partOf(line, at)),
    'truncate-event': (line, at) => this.#end(partOf(line, at)),
    'end-watch': () => this.#end(''),
    'expired-event': () => this.#end(errorEvent('gone')),
    'failed-event': () => this.#end(errorEvent('internal-error')),
    'stall-watch': () => this.#stall(),
  };

  /** Writes the text before what is held: both in one piece, as no connection may end between them. */
  async #write(text: string): Promise<'open'> {
    clearTimeout(this.#release);
    const all = text + this.#held;
    this.#held = '';
    if (all !== '' && !this.#response.write(all)) await once(this.#response, 'drain', { signal: this.#signal });
    return 'open';
  }

  async #hold(line: string): Promise<'open'> {
    await this.#write('');
    this.#held = line;
    this.#release = setTimeout(() => void this.#write('').catch(() => {}), heldMs);
    return 'open';
  }

  async #cut(part: string): Promise<'ended'> {
    await new Promise<void>((written) => this.#response.write(part, () => written()));
    this.#response.destroy();
    return 'ended';
  }

  async #end(part: string): Promise<'ended'> {
    this.#response.end(part);
    return 'ended';
  }

  async #stall(): Promise<'ended'> {
    clearTimeout(this.#release);
    if (!this.#signal.aborted) await once(this.#signal, 'abort');
    return 'ended';
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield `${line}\n`;
  }
}

/** Never the whole line: half an event must not look like one. */
const partOf = (line: string, at: number): string => line.slice(0, 1 + Math.floor(at * (line.length - 2)));

const errorEvent = (kind: RefusalKind): string => `${JSON.stringify({ type: 'ERROR', object: refusalBody(kind) })}\n`;
