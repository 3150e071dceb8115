import type { Chart } from 'cdk8s';
import type { Environment, Releases } from '../stacks/index.ts';
import type { Flow } from './flow.ts';
import type { SealedSecrets } from './sealed-secrets.ts';

/** What the parts of one environment are built from. */
export interface PartContext {
  readonly environment: Environment;
  readonly releases: Releases;
  /** Network flows of all parts, so that one part can turn them into policies. */
  readonly flows: readonly Flow[];
  /** Sealed manifests by name of the Secret; a missing one is left out and reported. */
  readonly sealedSecrets: SealedSecrets;
  /** Called with the name of a Secret that somebody still has to seal. */
  readonly reportMissingSecret: (name: string, namespace: string) => void;
}

/** One file of an environment. A new part is a file that exports one of these and a line in parts.ts. */
export interface Part {
  /** Name of the file, without suffix, in manifests/<environment>/. */
  readonly name: string;
  readonly build: (chart: Chart, context: PartContext) => void;
  /** Network flows that the part needs open; everything else is closed. */
  readonly flows?: (environment: Environment) => readonly Flow[];
}

/** What the parts of a cluster are built from. */
export interface ClusterContext {
  readonly owner: Environment;
  /** All environments on the cluster, the owner among them. */
  readonly environments: readonly Environment[];
  readonly releases: Releases;
}

/** One file of a cluster, in manifests/clusters/<name>/; a new one is a line in charts/synth.ts. */
export interface ClusterPart {
  readonly name: string;
  readonly build: (chart: Chart, context: ClusterContext) => void;
}
