import { missingKeys, readMountedSecret } from '../mounted-secret.ts';
import type { Credentials } from '../plan.ts';
import { FetchError } from '../failure.ts';
import type { Secrets } from '../secrets.ts';

export interface GitCredentials {
  /** Value of the Authorization header; absent: as nobody. */
  readonly authorization: string | undefined;
  /** PEM of an authority to trust beside the public ones. */
  readonly authority: string | undefined;
}

/** Keys that hold a token, and the user that their server wants with it. */
const tokenUsers = { token: 'git', 'github-token': 'x-access-token', 'gitlab-token': 'oauth2' } as const;

export async function readGitCredentials(credentials: Credentials, secrets: Secrets): Promise<GitCredentials> {
  switch (credentials.kind) {
    case 'none':
      return { authorization: undefined, authority: undefined };
    case 'secret':
      return readSecret(credentials.folder, secrets);
    case 'identity':
      throw new FetchError('Unsupported', 'git: got the identity of the pod, allowed a Secret; name one in the source');
  }
}

async function readSecret(folder: string, secrets: Secrets): Promise<GitCredentials> {
  const secret = await readMountedSecret(folder, secrets);
  const authority = secret.first('ca.crt');
  const [username, password] = [secret.first('username'), secret.first('password')];
  if (username !== undefined && password !== undefined) {
    return { authorization: basic(username, password, secrets), authority };
  }
  for (const [key, user] of Object.entries(tokenUsers)) {
    const token = secret.first(key);
    if (token !== undefined) return { authorization: basic(username ?? user, token, secrets), authority };
  }
  if (authority !== undefined && secret.keys.length === 1) return { authorization: undefined, authority };
  throw missingKeys(secret, `username and password, or one of ${Object.keys(tokenUsers).join(', ')}`);
}

const basic = (user: string, password: string, secrets: Secrets): string =>
  `Basic ${secrets.remember(Buffer.from(`${user}:${password}`).toString('base64'))}`;
