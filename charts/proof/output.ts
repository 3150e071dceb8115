import type { Environment } from '../../stacks/index.ts';
import { withFlagger } from './flagger.ts';
import type { Manifest } from './manifest.ts';
import { type PodTemplate, podTemplates } from './pod-template.ts';

/** What a check looks at: what one environment applies, what Flagger makes of it, and what its cluster holds already. */
export interface Output {
  readonly environment: Environment;
  /** Environments that the objects serve: one, or all on a cluster. */
  readonly served: readonly Environment[];
  readonly manifests: readonly Manifest[];
  /** Objects of manifests/shared, applied by the owner of the cluster. */
  readonly shared: readonly Manifest[];
  readonly templates: readonly PodTemplate[];
}

/** Faults of an output, one line each: what, got, allowed, what to do. */
export type Check = (output: Output) => readonly string[];

export function buildOutput(
  environment: Environment,
  manifests: readonly Manifest[],
  shared: readonly Manifest[],
  served: readonly Environment[] = [environment],
): Output {
  const all = withFlagger(manifests);
  return { environment, served, manifests: all, shared, templates: podTemplates(all) };
}
