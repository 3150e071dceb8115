import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import { z } from 'zod';
import { readReleases } from '../../stacks/index.ts';
import { locateProgram } from '../../tools/real-parts/locate.ts';
import { notificationControllerPart } from '../../tools/real-parts/parts.ts';
import { brokenImage, type FluxCluster, fluxObject, startFluxCluster } from './flux-cluster.ts';
import { findFreePorts } from './free-ports.ts';

const message = z.looseObject({
  channel: z.string(),
  attachments: z.array(
    z.looseObject({
      color: z.string(),
      author_name: z.string(),
      text: z.string(),
      fields: z.array(z.looseObject({ title: z.string(), value: z.string() })),
    }),
  ),
});

interface Post {
  readonly channel: string;
  readonly color: string;
  readonly about: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, string>>;
}

function toPosts(body: unknown): readonly Post[] {
  const { channel, attachments } = message.parse(body);
  return attachments.map(({ color, author_name: about, text: said, fields }) => ({
    channel,
    color,
    about,
    text: said,
    fields: Object.fromEntries(fields.map(({ title, value }) => [title, value])),
  }));
}

const receiverSchema = z.looseObject({ status: z.looseObject({ webhookPath: z.string() }) });

const addressSchema = z.object({ port: z.number() });

const webhookToken = 'a-token-of-this-test';

/** Stands in for the chat: keeps what is posted. */
async function startChat(posts: Post[]): Promise<{ readonly server: Server; readonly url: string }> {
  const keep = async (body: string): Promise<void> => void posts.push(...toPosts(JSON.parse(body)));
  const server = createServer((request, response) => {
    void text(request)
      .then(keep)
      .then(() => response.end('ok'))
      // a sender that is stopped ends its request half-way
      .catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${addressSchema.parse(server.address()).port}/services/hook` };
}

const pushed = '{"ref":"refs/heads/main"}';

const sign = (token: string): string => `sha256=${createHmac('sha256', token).update(pushed).digest('hex')}`;

const secret = (name: string, stringData: object) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'flux-system' },
  stringData,
});

describe('Flux, its own notification-controller', () => {
  const posts: Post[] = [];
  let flux: FluxCluster;
  let chat: { readonly server: Server; readonly url: string };
  let receiverUrl: string;

  const push = async (path: string, signature: string, event = 'push'): Promise<number> => {
    const { status } = await fetch(`${receiverUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-github-event': event, 'x-hub-signature-256': signature },
      body: pushed,
    });
    return status;
  };

  const webhookPath = async (): Promise<string> => {
    const found = await flux.controlPlane.admin.get(
      fluxObject('Receiver', 'knative-lambda', 'notification.toolkit.fluxcd.io/v1'),
    );
    return receiverSchema.parse(found).status.webhookPath;
  };

  const requestedAt = async (): Promise<string | undefined> => {
    const found = await flux.controlPlane.admin.get(
      fluxObject('GitRepository', 'homelab', 'source.toolkit.fluxcd.io/v1'),
    );
    return found.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  };

  const postsAbout = (name: string): readonly Post[] =>
    posts.filter(({ about }) => about === `kustomization/${name}.flux-system`);

  beforeAll(async () => {
    chat = await startChat(posts);
    const [eventsPort, receiverPort, metricsPort, healthPort] = await findFreePorts(4);
    receiverUrl = `http://127.0.0.1:${receiverPort}`;
    flux = await startFluxCluster({
      cluster: 'tiers',
      eventsTo: `http://127.0.0.1:${eventsPort}`,
      prepare: async (admin) => {
        await admin.apply(secret('slack-deployments', { address: chat.url }), { fieldManager: 'test' });
        await admin.apply(secret('flux-webhook-token', { token: webhookToken }), { fieldManager: 'test' });
      },
      beside: ({ kubeconfig, start }) =>
        start({
          name: 'notification-controller',
          path: locateProgram(notificationControllerPart) ?? '',
          arguments: [
            `--events-addr=127.0.0.1:${eventsPort}`,
            `--receiverAddr=127.0.0.1:${receiverPort}`,
            `--metrics-addr=127.0.0.1:${metricsPort}`,
            `--health-addr=127.0.0.1:${healthPort}`,
          ],
          environment: { KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: 'flux-system' },
        }),
    });
  });

  afterAll(async () => {
    await flux.stop();
    chat.server.closeAllConnections();
    chat.server.close();
  });

  test.each(['dev', 'staging', 'prd'])(
    'posts the deployment of %s to #deployments, with component and version',
    async (name) => {
      expect(await flux.settledCondition(`knative-lambda-${name}`)).toContain('True: Applied revision');
      await flux.until(async () => postsAbout(`knative-lambda-${name}`).length > 0);
      const version = readReleases().operator[name]?.tag ?? '';
      expect(postsAbout(`knative-lambda-${name}`)[0]).toMatchObject({
        channel: '#deployments',
        color: 'good',
        text: expect.stringContaining('knative-lambda-operator'),
        fields: {
          component: 'knative-lambda',
          version,
          environment: name,
          cluster: 'tiers',
          summary: `knative-lambda ${version} in ${name}`,
          revision: expect.stringContaining('main@sha1:'),
        },
      });
    },
  );

  test('posts the version of the commit that it deploys, not of the one before', async () => {
    const { folder, publish } = flux.source;
    const { tag = '' } = readReleases().operator['dev'] ?? {};
    for (const path of ['clusters/tiers/delivery.yaml', 'dev/operator.yaml']) {
      const file = join(folder, path);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(tag, 'v7.8.9'));
    }
    await publish(flux.controlPlane.admin);
    const before = postsAbout('knative-lambda-dev').length;
    await flux.until(async () => postsAbout('knative-lambda-dev').length > before);
    expect(postsAbout('knative-lambda-dev').at(-1)?.fields).toMatchObject({ version: 'v7.8.9' });
  });

  test('posts a failed health check with the name of the object', async () => {
    const file = join(flux.source.folder, 'staging/operator.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/image: \S+/g, `image: ${brokenImage}`));
    await flux.source.publish(flux.controlPlane.admin);
    await flux.until(async () => postsAbout('knative-lambda-staging').some(({ color }) => color === 'danger'));
    expect(postsAbout('knative-lambda-staging').find(({ color }) => color === 'danger')).toMatchObject({
      channel: '#deployments',
      text: expect.stringContaining('Deployment/knative-lambda-staging/knative-lambda-operator'),
      fields: { environment: 'staging', component: 'knative-lambda' },
    });
  });

  test('posts nothing of waiting for one another, and nothing of an object that is not ours', () => {
    expect(posts.filter(({ text: said }) => said.includes('Dependencies do not meet'))).toEqual([]);
    const abouts = new Set(posts.map(({ about }) => about));
    expect([...abouts].toSorted()).toEqual(
      ['dev', 'prd', 'staging'].map((name) => `kustomization/knative-lambda-${name}.flux-system`),
    );
  });

  test('asks for the source at once when GitHub tells of a push', async () => {
    await flux.until(async () => (await webhookPath()).startsWith('/hook/'));
    expect(await requestedAt()).toBeUndefined();
    expect(await push(await webhookPath(), sign(webhookToken))).toBe(200);
    expect(await requestedAt()).toMatch(/^20\d\d-/);
  });

  test.each([
    ['a signature with another token', 'other', 'push', 400],
    ['an event that is not asked for', webhookToken, 'issues', 400],
  ])('fails on %s and leaves the source alone', async (...[, token, event, status]) => {
    const before = await requestedAt();
    expect(await push(await webhookPath(), sign(token), event)).toBe(status);
    expect(await requestedAt()).toBe(before);
  });

  test('fails on a path that it did not give out', async () => {
    expect(await push('/hook/guess', sign(webhookToken))).toBe(404);
  });
});
