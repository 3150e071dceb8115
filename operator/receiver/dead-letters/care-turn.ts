import { z } from 'zod';
import type { VersionedObjects } from './versioned-objects.ts';

const key = 'care/turn.json';
/** A replica that ends without a word is waited for so long; one that lives takes its turn again long before. */
const turnMs = 120_000;

const turn = z.object({ holder: z.string(), until: z.iso.datetime() });

export interface CareTurnProps {
  readonly objects: VersionedObjects;
  /** Something that no other replica is called. */
  readonly holder: string;
  readonly today: () => Date;
}

/**
 * Whose turn it is, of all replicas, to merge and to send again: an object in the bucket says so. Two may believe that it is
 * theirs where one takes longer than a turn, or clocks differ: letters outlive that, and an event may be sent twice.
 */
export class CareTurn {
  readonly #props: CareTurnProps;

  constructor(props: CareTurnProps) {
    this.#props = props;
  }

  /** Takes the turn, or holds on to it; false where it is another's. */
  async take(): Promise<boolean> {
    const { holder, objects } = this.#props;
    const found = await objects.read(key);
    if (found !== undefined && this.#isOfAnother(found.body)) return false;
    const until = new Date(this.#now() + turnMs).toISOString();
    return objects.write(key, Buffer.from(JSON.stringify({ holder, until })), found?.version);
  }

  #now(): number {
    return this.#props.today().getTime();
  }

  /** What cannot be read is nobody's, and so is what lasts longer than any turn. */
  #isOfAnother(body: Buffer): boolean {
    const { data } = turn.safeParse(jsonOf(body));
    if (data === undefined || data.holder === this.#props.holder) return false;
    const leftMs = Date.parse(data.until) - this.#now();
    return leftMs > 0 && leftMs <= turnMs;
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
