import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pool } from 'undici';
import type { ToldDecision } from '../budget/messages.ts';
import type { Usage } from '../budget/policy.ts';
import type { Clock } from '../kube/clock.ts';
import { readAtMost } from '../read-at-most.ts';
import { forward, Unreached } from './forward.ts';
import type { LedgerClient } from './ledger-client.ts';
import { estimateOf, type ModelApi, treatmentOf } from './model-call.ts';
import { type Refused, refusedCall } from './refused-call.ts';
import { runOf } from './run-of.ts';
import { usageReader } from './usage-reader.ts';

export interface MeterProps {
  readonly pool: Pool;
  readonly ledger: LedgerClient;
  readonly refusesUncounted: boolean;
  readonly longestAnswer: number;
  readonly longestCallMs: number;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Told in fixed words, never of what a request brings. */
  readonly onFault: (what: string) => void;
}

/** Of a request. */
const mostBodyBytes = 33_554_432;
/** From the end of the longest call until its reservation ends. */
const settleMs = 60_000;

/** Stands between an agent and its model: reserves before a call, passes it on, and says afterwards what it used. */
export class Meter {
  readonly #props: MeterProps;
  #open = 0;

  constructor(props: MeterProps) {
    this.#props = props;
  }

  /** Requests that are under way. */
  get open(): number {
    return this.#open;
  }

  /** Answers a request; never fails. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open += 1;
    try {
      await this.#take(request, response);
    } catch {
      this.#props.onFault('a request was cut off');
      response.destroy();
    } finally {
      this.#open -= 1;
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?');
    const treatment = treatmentOf(request.method ?? '', path);
    const api = treatment.kind === 'free' ? 'openai' : treatment.api;
    if (treatment.kind === 'unknown') return refuse(response, api, unmetered);
    const body = await readAtMost(mostBodyBytes, request);
    if (body === undefined) return refuse(response, api, tooLarge);
    if (treatment.kind === 'free') await this.#forward({ request, response, body, api, usage: undefined });
    else await this.#metered({ request, response, body, api, usage: estimateOf(body, this.#props.longestAnswer) });
  }

  async #metered(exchange: Exchange & { readonly usage: Usage }): Promise<void> {
    const { clock, newId } = this.#props;
    const { api, request, response, usage } = exchange;
    const id = newId();
    const decision = await this.#reserve(id, runOf(request.headers, id), usage);
    if (decision === undefined) return this.#uncounted(exchange);
    if (decision.kind === 'refused') return refuse(response, api, refusalOf(decision));
    await clock.sleep(decision.delayMs, AbortSignal.timeout(this.#props.longestCallMs));
    const used = await this.#forward(exchange);
    await this.#settle(id, decision.day, used);
  }

  async #reserve(id: string, run: string, usage: Usage): Promise<ToldDecision | undefined> {
    const { ledger, longestCallMs, onFault } = this.#props;
    try {
      return await ledger.reserve({ id, run, usage, leaseMs: longestCallMs + settleMs });
    } catch {
      onFault('the receiver cannot be asked for the budget');
      return undefined;
    }
  }

  async #uncounted(exchange: Exchange): Promise<void> {
    if (this.#props.refusesUncounted) return refuse(exchange.response, exchange.api, uncounted);
    this.#props.onFault('a call of the model is not counted');
    await this.#forward(exchange);
  }

  async #settle(id: string, day: string, used: Usage | undefined): Promise<void> {
    const { clock, ledger, onFault } = this.#props;
    for (const waitMs of [0, 1000, 5000, 20_000]) {
      try {
        await clock.sleep(waitMs, new AbortController().signal);
        return await ledger.settle({ id, day, ...(used === undefined ? {} : { usage: used }) });
      } catch {
        onFault('what a call used is not noted yet');
      }
    }
  }

  /** @returns what was used; undefined where nobody knows. Answers whatever happens */
  async #forward({ api, body, request, response, usage }: Exchange): Promise<Usage | undefined> {
    const { longestCallMs, onFault, pool } = this.#props;
    // who waited for its turn may have left
    if (response.destroyed) return { input: 0, output: 0 };
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(longestCallMs)]);
    const reader = usage && usageReader(api, usage);
    try {
      return await forward({ request, response, body, reader, pool, signal });
    } catch (error) {
      onFault('a call of the model was cut off');
      if (response.headersSent) response.destroy();
      else refuse(response, api, modelAway);
      return error instanceof Unreached ? { input: 0, output: 0 } : undefined;
    }
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly api: ModelApi;
  /** What it may use; undefined where it asks no model. */
  readonly usage: Usage | undefined;
}

const unmetered: Refused = {
  status: 403,
  message:
    'the agent has a budget, and what this request uses cannot be metered; docs/operations/agents.md lists the paths',
};
const tooLarge: Refused = { status: 413, message: `the request is above ${mostBodyBytes} bytes; send less` };
const uncounted: Refused = {
  status: 503,
  message: 'the budget of the agent cannot be asked for: the receiver does not answer; try again',
  retryMs: 5000,
};
const modelAway: Refused = { status: 502, message: 'the model server does not answer', retryMs: 5000 };

function refusalOf({ retryMs, scope, unit }: Extract<ToldDecision, { kind: 'refused' }>): Refused {
  const what = unit === 'tokens' ? 'tokens' : 'money';
  const message =
    scope === 'calls'
      ? 'too many calls of the agent at a time'
      : `the ${what} of the ${scope} are spent: spec.budget of the agent`;
  return { status: 429, message, retryMs };
}

function refuse(response: ServerResponse, api: ModelApi, refused: Refused): void {
  const { body, headers, status } = refusedCall(api, refused);
  // what is left of the request is not read
  response.writeHead(status, { ...headers, ...(status === 413 || status === 403 ? { connection: 'close' } : {}) });
  response.end(body);
}
