import { StringDecoder } from 'node:string_decoder';

/** Of one part: more is not read, as if it were not there. */
const mostPartChars = 16_777_216;

/** The JSON objects of an answer while it passes: events, lines, or the whole of it. */
export class AnswerParts {
  readonly #decoder = new StringDecoder('utf8');
  readonly #isStream: boolean;
  readonly #onPart: (part: unknown) => void;
  #text = '';
  #isTooLong = false;

  constructor(contentType: string, onPart: (part: unknown) => void) {
    this.#isStream = /event-stream|ndjson|jsonl/i.test(contentType);
    this.#onPart = onPart;
  }

  push(chunk: Uint8Array): void {
    const text = this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (!this.#isStream) return this.#keep(text);
    const lines = text.split(/\r\n|\n|\r/);
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#keep(line);
      this.#tell();
    }
    this.#keep(rest);
  }

  end(): void {
    this.#keep(this.#decoder.end());
    this.#tell();
  }

  #keep(text: string): void {
    this.#isTooLong ||= this.#text.length + text.length > mostPartChars;
    this.#text = this.#isTooLong ? '' : this.#text + text;
  }

  #tell(): void {
    const json = this.#text.replace(/^data: ?/, '');
    [this.#text, this.#isTooLong] = ['', false];
    // most parts of a stream say nothing of usage
    if (!/"usage"|eval_count/.test(json)) return;
    try {
      this.#onPart(JSON.parse(json));
    } catch {
      // no part of the API: what was reserved counts
    }
  }
}
