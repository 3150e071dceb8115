const freshMs = 1000;

/** Resident memory in MB, read at most once a second: it costs a system call. */
export class MemoryGauge {
  #megabytes = 0;
  #readAt = -freshMs;

  read() {
    const now = performance.now();
    if (now - this.#readAt >= freshMs) {
      this.#megabytes = Math.round(process.memoryUsage.rss() / 1e5) / 10;
      this.#readAt = now;
    }
    return this.#megabytes;
  }
}
