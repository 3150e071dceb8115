import type { Manifest } from '../charts/index.ts';

/**
 * Types that the provider would wait for in vain, each for ten minutes. Whether pods are ready it learns from their
 * Deployments, which it waits for.
 */
const unwaited: Readonly<Record<string, string>> = {
  'v1/Service': 'pods behind those of a canary are made by Flagger, once everything is there',
  'networking.k8s.io/v1/Ingress': 'a controller without a load balancer never publishes an address',
};

/** The object as the Kubernetes provider takes it. */
export function toInputs(manifest: Manifest): Manifest {
  const { apiVersion, kind, metadata } = manifest;
  if (unwaited[`${apiVersion}/${kind}`] === undefined) return manifest;
  const annotations = { ...metadata.annotations, 'pulumi.com/skipAwait': 'true' };
  return { ...manifest, metadata: { ...metadata, annotations } };
}
