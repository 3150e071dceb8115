import { FetchError } from '../failure.ts';
import { agent, type Exchange, type GitServer, type PackRequest } from './git-server.ts';
import { encodePacket, flush, lineOf, type Packet, readPackets } from './packet.ts';
import { readSideBand, remoteError } from './side-band.ts';

const peeledMark = '^{}';

/** The first wire protocol (gitprotocol-pack), of servers that know no other: they name all branches and tags at once. */
export function speakVersion0(lines: readonly string[], exchange: Exchange): GitServer {
  const capabilities = (lines[0]?.split('\0')[1] ?? '').split(' ');
  const has = (name: string): boolean => capabilities.includes(name);
  const all = readAdvertised(lines);
  return {
    canLeaveOut: has('filter') && has('allow-any-sha1-in-want'),
    canWantAny: has('allow-any-sha1-in-want') || has('allow-reachable-sha1-in-want'),
    refs: (...prefixes) => {
      const asked = [...all].filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)));
      return Promise.resolve(new Map(asked));
    },
    pack: async function* pack(request) {
      const wanted = ['side-band-64k', 'ofs-delta', 'no-progress', 'filter'].filter(has);
      const packets = readPackets(await exchange(fetchBody(request, [...wanted, agent].join(' '))));
      await skipToPack(packets);
      yield* readSideBand(packets);
    },
  };
}

function readAdvertised(lines: readonly string[]): ReadonlyMap<string, string> {
  const refs = new Map<string, string>();
  for (const line of lines) {
    const [id = '', name = ''] = (line.split('\0')[0] ?? '').split(' ');
    // an annotated tag is followed by what it points to
    if (name !== 'capabilities^{}') refs.set(name.endsWith(peeledMark) ? name.slice(0, -peeledMark.length) : name, id);
  }
  return refs;
}

function fetchBody({ wants, history, leaveOut }: PackRequest, capabilities: string): string {
  const filters = { nothing: [], blobs: ['filter blob:none'], trees: ['filter tree:0'] } as const;
  const lines = [
    ...wants.map((id, index) => (index === 0 ? `want ${id} ${capabilities}` : `want ${id}`)),
    ...(history ? [] : ['deepen 1']),
    ...filters[leaveOut],
  ];
  return lines.map(encodePacket).join('') + flush + encodePacket('done');
}

/** The pack follows `NAK`; where the history is cut comes before. */
async function skipToPack(packets: AsyncIterator<Packet, void, undefined>): Promise<void> {
  for (let next = await packets.next(); next.done !== true; next = await packets.next()) {
    if (next.value.type !== 'data') continue;
    const line = lineOf(next.value.data);
    if (line.startsWith('ERR ')) throw remoteError(line.slice('ERR '.length));
    if (line === 'NAK') return;
  }
  throw new FetchError('Truncated', 'git: the answer holds no pack; it is tried again');
}
