import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFile } from './program-arguments.ts';

export interface Identity {
  readonly adminToken: string;
  readonly controllerManagerToken: string;
}

/** Writes tokens and the key that signs ServiceAccount tokens; new ones for each run. */
export function writeIdentity(folder: string): Identity {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 });
  const identity = { adminToken: newToken(), controllerManagerToken: newToken() };
  const tokens = [
    `${identity.adminToken},admin,admin,"system:masters"`,
    `${identity.controllerManagerToken},system:kube-controller-manager,controller-manager`,
  ];
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  write(runFile.tokens, `${tokens.join('\n')}\n`);
  write(runFile.serviceAccountKey, key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  write(runFile.serviceAccountPublicKey, key.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  return identity;
}

export interface KubeconfigProps {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

export function writeKubeconfig(path: string, props: KubeconfigProps): void {
  const name = 'test';
  const authority = Buffer.from(props.caPem).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: props.url, 'certificate-authority-data': authority } }],
    users: [{ name, user: { token: props.token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
}

const newToken = (): string => randomBytes(24).toString('base64url');
