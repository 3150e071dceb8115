/** What one request holds until it is answered and its handlers have ended. */
export class Slot {
  #slots;
  #running = 0;
  #isAnswered = false;
  #isStuck = false;

  /** @param {Slots} slots */
  constructor(slots) {
    this.#slots = slots;
  }

  handlerStarted() {
    this.#running += 1;
  }

  handlerEnded() {
    this.#running -= 1;
    this.#releaseWhenDone();
  }

  answered() {
    this.#isAnswered = true;
    this.#isStuck = this.#running > 0;
    if (this.#isStuck) this.#slots.stuck += 1;
    this.#releaseWhenDone();
  }

  #releaseWhenDone() {
    if (!this.#isAnswered || this.#running > 0) return;
    if (this.#isStuck) this.#slots.stuck -= 1;
    this.#slots.inUse -= 1;
  }
}

/** How many requests run at a time. */
export class Slots {
  inUse = 0;
  /** Those whose caller has its answer while a handler still runs. */
  stuck = 0;
  #limit;

  /** @param {number} limit */
  constructor(limit) {
    this.#limit = limit;
  }

  /** @returns {Slot | undefined} undefined when all are taken */
  take() {
    if (this.inUse >= this.#limit) return undefined;
    this.inUse += 1;
    return new Slot(this);
  }

  /** @returns {boolean} whether every slot is held by a handler past its deadline */
  areStuck() {
    return this.stuck >= this.#limit;
  }
}
