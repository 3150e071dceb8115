import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { locatePython } from '../../tools/real-parts/locate.ts';

/** PEM of a key and of its certificate for 127.0.0.1. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate that nobody trusts unless told to: Node.js can make keys, but no certificates. */
export async function makeCertificate(): Promise<Certificate> {
  const { stdout } = await promisify(execFile)(locatePython(), [join(import.meta.dirname, 'certificate.py')]);
  const [key = '', cert = ''] = stdout.split(/(?=-----BEGIN CERTIFICATE-----)/);
  return { key, cert };
}
