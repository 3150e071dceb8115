import { z } from 'zod';

/** Where a server listens. */
export interface BindAddress {
  /** Undefined means every address. */
  readonly host: string | undefined;
  readonly port: number;
}

const pattern = /^(?:\[(?<ipv6>[0-9a-fA-F:.]+)\]|(?<host>[A-Za-z0-9.-]*)):(?<port>[0-9]{1,5})$/;

/** An address as programs of Kubernetes take it; 0 means that nothing listens, which is undefined here. */
export const bindAddress = z
  .string()
  .refine((text) => text === '0' || Number(pattern.exec(text)?.groups?.['port'] ?? Infinity) <= 65_535, {
    error: ':port, host:port or 0 for none',
  })
  .transform((text): BindAddress | undefined => {
    const { ipv6, host, port } = pattern.exec(text)?.groups ?? {};
    return port === undefined ? undefined : { host: ipv6 ?? (host || undefined), port: Number(port) };
  });
