import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { assumePodIdentity } from './store-keys.ts';

const answer = `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
<AccessKeyId>id</AccessKeyId><SecretAccessKey>key</SecretAccessKey><SessionToken>session</SessionToken>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

/** Takes on the role of a pod at a token service that answers so. @returns the keys, and what it was asked */
async function assume(status: number) {
  const folder = await mkdtemp(join(tmpdir(), 'identity-'));
  let asked = '';
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => (asked += text));
    request.on('end', () => response.writeHead(status).end(answer));
  });
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await writeFile(join(folder, 'token'), 'token of the pod');
    const keys = await assumePodIdentity('us-west-2', {
      AWS_ROLE_ARN: 'arn:aws:iam::1:role/receiver',
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}`,
    });
    return { keys, asked: Object.fromEntries(new URLSearchParams(asked)) };
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
}

test('a pod takes on its role with its token', async () => {
  const { asked, keys } = await assume(200);
  expect(keys).toEqual({ accessKeyId: 'id', secretAccessKey: 'key', sessionToken: 'session' });
  expect(asked).toMatchObject({ RoleArn: 'arn:aws:iam::1:role/receiver', WebIdentityToken: 'token of the pod' });
});

test('fails for a role that is refused, and where the pod has none', async () => {
  await expect(assume(403)).rejects.toThrow('role arn:aws:iam::1:role/receiver by web identity');
  await expect(assumePodIdentity('us-west-2', {})).rejects.toThrow('workload identity: got none in this pod');
});
