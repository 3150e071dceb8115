/**
 * Stands in for pulumi-resource-kubernetes, which no package registry has. What it does as the real one: server-side
 * apply with a dry run in preview, refusals of the API server as failures, refresh by reading, a wait until a new kind
 * is served. What it does not: wait for rollouts and deletions, make up names, render to a folder. A ConfigMap is updated in place, as with enableConfigMapMutable.
 */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import * as pulumi from '@pulumi/pulumi';
import { z } from 'zod';
import { ApiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import { waitUntilServed } from '../cluster/crd-installation.ts';
import { endWithParent } from './parent.ts';

const kubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) }),
  ]),
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
});

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

type Properties = Readonly<Record<string, unknown>>;

const fieldManager = 'pulumi-kubernetes';

function connect(): ApiClient {
  const text = readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8');
  const { clusters, users } = kubeconfigSchema.parse(JSON.parse(text));
  const caPem = Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64').toString();
  return ApiClient.connect({ url: clusters[0].cluster.server, caPem, token: users[0].user.token });
}

const client = connect();

/** The fields of `wanted`, with the values that `live` has: what has drifted shows, what others added does not. */
function project(wanted: unknown, live: unknown): unknown {
  if (Array.isArray(wanted) && Array.isArray(live)) {
    return wanted.length === live.length ? wanted.map((one, index) => project(one, live[index])) : live;
  }
  if (typeof wanted === 'object' && wanted !== null && typeof live === 'object' && live !== null) {
    const values = new Map(Object.entries(live));
    return Object.fromEntries(
      Object.entries(wanted)
        .filter(([key]) => values.has(key))
        .map(([key, value]) => [key, project(value, values.get(key))]),
    );
  }
  return live;
}

const isMissing = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

class KubernetesProvider implements pulumi.provider.Provider {
  readonly version = '4.34.2';

  async check(_urn: string, _olds: Properties, news: Properties): Promise<pulumi.provider.CheckResult> {
    try {
      await client.apply(objectSchema.parse(news), { fieldManager, force: true, dryRun: true });
      return { inputs: news };
    } catch (error) {
      // its Namespace or its definition comes with the same update
      if (isMissing(error) || (error instanceof Error && /no matches for kind|is not served/.test(error.message))) {
        return { inputs: news };
      }
      return { inputs: news, failures: [{ property: 'spec', reason: String(error) }] };
    }
  }

  async diff(_id: string, _urn: string, olds: Properties, news: Properties): Promise<pulumi.provider.DiffResult> {
    return { changes: !isDeepStrictEqual(olds, news) };
  }

  async create(_urn: string, inputs: Properties): Promise<pulumi.provider.CreateResult> {
    const object = objectSchema.parse(inputs);
    await client.apply(object, { fieldManager, force: true });
    const { apiVersion, kind, metadata } = object;
    if (kind === 'CustomResourceDefinition') await waitUntilServed(client, [object]);
    return { id: [apiVersion, kind, metadata.namespace, metadata.name].filter(Boolean).join('/'), outs: inputs };
  }

  async update(_id: string, _urn: string, _olds: Properties, news: Properties): Promise<pulumi.provider.UpdateResult> {
    await client.apply(objectSchema.parse(news), { fieldManager, force: true });
    return { outs: news };
  }

  async read(id: string, _urn: string, props: Properties = {}): Promise<pulumi.provider.ReadResult> {
    const { apiVersion, kind, metadata } = objectSchema.parse(props);
    try {
      const live = await client.get({ apiVersion, kind, ...metadata });
      return { id, props: z.record(z.string(), z.unknown()).parse(project(props, live)) };
    } catch (error) {
      if (isMissing(error)) return { id: '', props: {} };
      throw error;
    }
  }

  async delete(_id: string, _urn: string, props: Properties): Promise<void> {
    const { apiVersion, kind, metadata } = objectSchema.parse(props);
    await client.remove({ apiVersion, kind, ...metadata }).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }
}

endWithParent();
await pulumi.provider.main(new KubernetesProvider(), process.argv.slice(2));
