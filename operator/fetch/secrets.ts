const placeholder = '[redacted]';
/** Shorter ones would blacken ordinary words. */
const minimumLength = 4;

/** Values that no message may show. */
export class Secrets {
  readonly #values = new Set<string>();

  /** Remembers a value, each of its lines and its encodings; answers it. */
  remember(value: string): string {
    const lines = value.split('\n').map((line) => line.trim());
    for (const text of [value.trim(), ...lines]) {
      for (const form of [text, encodeURIComponent(text), Buffer.from(text).toString('base64')]) {
        if (text.length >= minimumLength) this.#values.add(form);
      }
    }
    return value;
  }

  /** The text without secrets, and without what stands before the `@` of a URL. */
  redact(text: string): string {
    const longestFirst = [...this.#values].toSorted((left, right) => right.length - left.length);
    const hidden = longestFirst.reduce((rest, value) => rest.replaceAll(value, placeholder), text);
    return hidden.replaceAll(/\b([a-z][a-z0-9+.-]*:[/]{2})[^/\s@]+@/gi, `$1${placeholder}@`);
  }
}
