import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Node.js with the files of a pod where the kubelet would put them. Linux only. */
export function inPod(folder: string, ...options: readonly string[]): readonly [string, readonly string[]] {
  const script = `mount --bind '${folder}' /var/run && exec "$@"`;
  return ['unshare', ['--map-root-user', '--mount', 'sh', '-c', script, 'sh', process.execPath, ...options]];
}

/** The files of a ServiceAccount that no API server knows. */
export function writePod(folder: string): void {
  const account = join(folder, 'secrets', 'kubernetes.io', 'serviceaccount');
  mkdirSync(account, { recursive: true });
  for (const name of ['token', 'ca.crt']) writeFileSync(join(account, name), '');
}

/** Variables of a pod whose API server does not answer. */
export const podVariables = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' } as const;
