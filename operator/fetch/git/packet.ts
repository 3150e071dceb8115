import { FetchError } from '../failure.ts';

/** A packet of the pkt-line format (gitprotocol-common): data, or one of the marks between parts. */
export type Packet =
  | { readonly type: 'data'; readonly data: Buffer }
  | { readonly type: 'flush' | 'delimiter' | 'end' };

const marks = ['flush', 'delimiter', 'end'] as const;
const lengthBytes = 4;

export const flush = '0000';
export const delimiter = '0001';

export function encodePacket(text: string): string {
  const line = `${text}\n`;
  return (Buffer.byteLength(line) + lengthBytes).toString(16).padStart(lengthBytes, '0') + line;
}

/** Takes a stream apart. Fails when it ends inside a packet. */
export async function* readPackets(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Packet, void, undefined> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (let packet = firstPacket(rest); packet !== undefined; packet = firstPacket(rest)) {
      rest = rest.subarray(packet.bytes);
      yield packet.packet;
    }
  }
  if (rest.length > 0) throw new FetchError('Truncated', 'git: the answer ended early; it is tried again');
}

interface Framed {
  readonly packet: Packet;
  readonly bytes: number;
}

function firstPacket(bytes: Buffer): Framed | undefined {
  if (bytes.length < lengthBytes) return undefined;
  const text = bytes.toString('latin1', 0, lengthBytes);
  if (!/^[0-9a-fA-F]{4}$/.test(text)) {
    throw new FetchError('ServerFailed', 'git: the answer is not that of a git server; correct the URL');
  }
  const length = Number.parseInt(text, 16);
  const mark = marks[length];
  if (mark !== undefined) return { packet: { type: mark }, bytes: lengthBytes };
  if (bytes.length < length) return undefined;
  return {
    packet: { type: 'data', data: bytes.subarray(lengthBytes, Math.max(length, lengthBytes)) },
    bytes: Math.max(length, lengthBytes),
  };
}

/** Text of a line, without its end. */
export const lineOf = (data: Buffer): string => data.toString('utf8').replace(/\n$/, '');
