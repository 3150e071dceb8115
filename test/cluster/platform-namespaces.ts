import type { ApiClient } from './api-client.ts';

/** Namespaces that are there before us: made when Flux, the Knative operator and the monitoring stack are installed. */
const namespaces = ['flux-system', 'knative-serving', 'knative-eventing', 'prometheus'];

export async function makePlatformNamespaces(admin: ApiClient): Promise<void> {
  for (const name of namespaces) {
    await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'platform' });
  }
}
