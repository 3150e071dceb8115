import { type EventFaultKind, type ExchangeFaultKind, type Fault, faultKinds, type Traffic } from './fault.ts';
import { SeededRandom } from './seeded-random.ts';

/** Decides, one after the other, what goes wrong. */
export interface FaultPlan {
  /** For the next request of this traffic; undefined lets it pass. */
  nextExchange(traffic: Traffic): Fault<ExchangeFaultKind> | undefined;
  /** For the next event of any watch; undefined lets it pass. */
  nextEvent(): Fault<EventFaultKind> | undefined;
}

/** Lets everything pass. */
export const calm: FaultPlan = { nextExchange: () => undefined, nextEvent: () => undefined };

export interface SeededPlanProps {
  readonly seed: number;
  /** Faults after which everything passes. */
  readonly faults: number;
  /** Mean number of requests, or events, for one fault. */
  readonly gaps: Readonly<Record<keyof typeof faultKinds, number>>;
}

/** Each traffic has numbers of its own, so that its n-th request meets the same fault however the traffics interleave. */
export class SeededPlan implements FaultPlan {
  readonly #dealers: { readonly [Name in keyof typeof faultKinds]: Dealer<(typeof faultKinds)[Name][number]> };
  #left: number;

  constructor({ seed, faults, gaps }: SeededPlanProps) {
    const random = new SeededRandom(seed);
    const own = (): SeededRandom => new SeededRandom(random.between(0, 2 ** 32 - 1));
    this.#left = faults;
    this.#dealers = {
      watch: new Dealer(faultKinds.watch, gaps.watch, own()),
      list: new Dealer(faultKinds.list, gaps.list, own()),
      read: new Dealer(faultKinds.read, gaps.read, own()),
      write: new Dealer(faultKinds.write, gaps.write, own()),
      event: new Dealer(faultKinds.event, gaps.event, own()),
    };
  }

  /** Faults that are still to come. */
  get left(): number {
    return this.#left;
  }

  nextExchange(traffic: Traffic): Fault<ExchangeFaultKind> | undefined {
    return this.#spend(this.#dealers[traffic]);
  }

  nextEvent(): Fault<EventFaultKind> | undefined {
    return this.#spend(this.#dealers.event);
  }

  #spend<T>(dealer: { next(): T | undefined }): T | undefined {
    const fault = this.#left > 0 ? dealer.next() : undefined;
    if (fault !== undefined) this.#left -= 1;
    return fault;
  }
}

/** Deals every kind once before any comes again, in an order and at distances that are random. */
class Dealer<Kind extends ExchangeFaultKind | EventFaultKind> {
  readonly #kinds: readonly Kind[];
  readonly #meanGap: number;
  readonly #random: SeededRandom;
  #deck: Kind[] = [];
  #untilNext: number;

  constructor(kinds: readonly Kind[], meanGap: number, random: SeededRandom) {
    this.#kinds = kinds;
    this.#meanGap = meanGap;
    this.#random = random;
    this.#untilNext = this.#gap();
  }

  next(): Fault<Kind> | undefined {
    this.#untilNext -= 1;
    if (this.#untilNext > 0) return undefined;
    this.#untilNext = this.#gap();
    if (this.#deck.length === 0) this.#deck = [...this.#random.shuffle(this.#kinds)];
    const kind = this.#deck.pop();
    return kind === undefined ? undefined : { kind, at: this.#random.fraction() };
  }

  #gap(): number {
    return this.#random.between(1, 2 * this.#meanGap - 1);
  }
}
