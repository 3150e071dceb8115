import { FetchError } from '../failure.ts';
import type { Packet } from './packet.ts';

const dataBand = 1;
const errorBand = 3;

/** The pack out of what follows it on other bands: progress is dropped, an error ends it. */
export async function* readSideBand(packets: AsyncIterable<Packet>): AsyncIterable<Uint8Array> {
  for await (const packet of packets) {
    if (packet.type !== 'data') return;
    const [band] = packet.data;
    const content = packet.data.subarray(1);
    if (band === dataBand) yield content;
    if (band === errorBand) throw remoteError(content.toString('utf8'));
  }
}

/** What the server says is wrong. */
export function remoteError(text: string): FetchError {
  const message = text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);
  const isGone = /not our ref|no such remote ref|unadvertised object/i.test(message);
  return new FetchError(isGone ? 'NotFound' : 'ServerFailed', `git: the server says: ${message}`);
}
