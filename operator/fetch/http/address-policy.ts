import type { LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { FetchError } from '../failure.ts';

/** Never reached, trusted or not: link-local with the metadata servers, this host's "any", multicast, reserved. */
const forbiddenRanges = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
] as const;

/** Reached only where the environment trusts the host. */
const privateRanges = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '::1/128',
  'fc00::/7',
  // 6to4 and Teredo carry an IPv4 address of anybody's choice
  '2002::/16',
  '2001::/32',
] as const;

/** Answers all addresses of a host name. */
export type ResolveHost = (host: string) => Promise<readonly LookupAddress[]>;

/** Which hosts and addresses may be connected to. */
export interface AddressPolicy {
  readonly isTrusted: (url: URL) => boolean;
  /** Refuses an address of a host that must not be reached. */
  readonly check: (host: string, address: string, trusted: boolean) => void;
}

export function buildAddressPolicy(trustedHosts: readonly string[]): AddressPolicy {
  const forbidden = toBlockList(forbiddenRanges);
  const closed = toBlockList(privateRanges);
  return {
    isTrusted: ({ hostname, host, port, protocol }) => {
      const withPort = port === '' ? `${hostname}:${protocol === 'https:' ? 443 : 80}` : host;
      return trustedHosts.some((one) =>
        one.startsWith('*.') ? hostname.endsWith(one.slice(1)) : one === hostname || one === withPort,
      );
    },
    check: (host, address, trusted) => {
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (forbidden.check(address, family))
        throw refused(host, address, 'no link-local, multicast or reserved address');
      if (!trusted && closed.check(address, family)) {
        throw refused(host, address, 'a public address, or a host that the environment trusts');
      }
    },
  };
}

function refused(host: string, address: string, allowed: string): FetchError {
  return new FetchError('AddressRefused', `${host}: got address ${address}, allowed ${allowed}; use another host`);
}

function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    const isV4 = isIP(network) === 4;
    list.addSubnet(network, Number(prefix), isV4 ? 'ipv4' : 'ipv6');
    // what NAT64 would translate to the same address
    if (isV4) list.addSubnet(`64:ff9b::${network}`, 96 + Number(prefix), 'ipv6');
  }
  return list;
}
