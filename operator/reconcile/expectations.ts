import type { Clock } from '../kube/clock.ts';

/** client-go's: by then a watch has told of the object, or the object was gone before anybody saw it. */
const defaultTimeoutMs = 5 * 60_000;

/**
 * Objects that were created and that the cache may not show yet. Until it does, or the time is up, a pass over their
 * owner would look at a state that is older than its own deeds and create them twice.
 */
export class Expectations {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** By owner: expected objects and when each is given up. */
  readonly #byOwner = new Map<string, Map<string, number>>();
  /** By expected object: who waits for it. */
  readonly #owners = new Map<string, Set<string>>();

  constructor(clock: Clock, timeoutMs = defaultTimeoutMs) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** To be called before the request is sent: the watch may be faster than the response. */
  expect(owner: string, object: string): void {
    const expected = this.#byOwner.get(owner) ?? new Map<string, number>();
    this.#byOwner.set(owner, expected.set(object, this.#clock.now() + this.#timeoutMs));
    this.#owners.set(object, (this.#owners.get(object) ?? new Set<string>()).add(owner));
  }

  /** The object will not come: its creation failed. */
  withdraw(owner: string, object: string): void {
    const expected = this.#byOwner.get(owner);
    expected?.delete(object);
    if (expected?.size === 0) this.#byOwner.delete(owner);
    const owners = this.#owners.get(object);
    owners?.delete(owner);
    if (owners?.size === 0) this.#owners.delete(object);
  }

  /** The cache shows the object. Returns owners that expect nothing any more. */
  observe(object: string): readonly string[] {
    const owners = [...(this.#owners.get(object) ?? [])];
    for (const owner of owners) this.withdraw(owner, object);
    return owners.filter((owner) => !this.#byOwner.has(owner));
  }

  /** Milliseconds until the owner expects nothing any more, at the latest; 0 when a pass may start. */
  remainingMs(owner: string): number {
    const now = this.#clock.now();
    for (const [object, until] of this.#byOwner.get(owner) ?? []) {
      if (until <= now) this.withdraw(owner, object);
    }
    return Math.max(0, ...[...(this.#byOwner.get(owner)?.values() ?? [])].map((until) => until - now));
  }
}
