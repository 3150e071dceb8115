import { FetchError } from '../failure.ts';
import { agent, type Exchange, type GitServer, type PackRequest } from './git-server.ts';
import { delimiter, encodePacket, flush, lineOf, type Packet, readPackets } from './packet.ts';
import { readSideBand, remoteError } from './side-band.ts';

/** Wire protocol version 2 (gitprotocol-v2), which answers only what is asked for. */
export function speakVersion2(capabilities: readonly string[], exchange: Exchange): GitServer {
  const valueOf = (name: string): string =>
    capabilities.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const format = valueOf('object-format') || 'sha1';
  if (format !== 'sha1') {
    throw new FetchError(
      'Unsupported',
      `git: got a repository of object format ${format}, allowed sha1; use another repository`,
    );
  }
  return {
    canLeaveOut: valueOf('fetch').split(' ').includes('filter'),
    canWantAny: true,
    refs: async (...prefixes) => {
      const lines = ['peel', ...prefixes.map((prefix) => `ref-prefix ${prefix}`)];
      const refs = new Map<string, string>();
      for await (const packet of readPackets(await exchange(encodeCommand('ls-refs', lines)))) {
        if (packet.type !== 'data') break;
        const [id = '', name = '', ...attributes] = refuseError(lineOf(packet.data)).split(' ');
        const peeled = attributes.find((one) => one.startsWith('peeled:'))?.slice('peeled:'.length);
        refs.set(name, peeled ?? id);
      }
      return refs;
    },
    pack: async function* pack(request) {
      const packets = readPackets(await exchange(encodeCommand('fetch', fetchLines(request))));
      await skipToPack(packets);
      yield* readSideBand(packets);
    },
  };
}

function encodeCommand(name: string, lines: readonly string[]): string {
  return [`command=${name}`, agent].map(encodePacket).join('') + delimiter + lines.map(encodePacket).join('') + flush;
}

function fetchLines({ wants, history, leaveOut }: PackRequest): readonly string[] {
  const filters = { nothing: [], blobs: ['filter blob:none'], trees: ['filter tree:0'] } as const;
  return [
    'ofs-delta',
    'no-progress',
    ...wants.map((id) => `want ${id}`),
    ...(history ? [] : ['deepen 1']),
    ...filters[leaveOut],
    'done',
  ];
}

/** Leaves the sections before the pack unread. */
async function skipToPack(packets: AsyncIterator<Packet, void, undefined>): Promise<void> {
  for (let next = await packets.next(); next.done !== true; next = await packets.next()) {
    if (next.value.type === 'data' && refuseError(lineOf(next.value.data)) === 'packfile') return;
  }
  throw new FetchError('Truncated', 'git: the answer holds no pack; it is tried again');
}

function refuseError(line: string): string {
  if (line.startsWith('ERR ')) throw remoteError(line.slice('ERR '.length));
  return line;
}
