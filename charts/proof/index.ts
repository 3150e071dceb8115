import type { File, SynthesizedCluster, SynthesizedEnvironment } from '../synth.ts';
import { knownApiFaults } from './known-api.ts';
import { accessFaults } from './access.ts';
import { annotationFaults } from './annotations.ts';
import { canaryFaults } from './flagger.ts';
import { hardeningFaults } from './hardening.ts';
import { imageFaults } from './images.ts';
import { metricFaults } from './metrics.ts';
import { monitorFaults } from './monitors.ts';
import { networkFaults } from './network.ts';
import { buildOutput, type Check } from './output.ts';
import { podSecurityFaults } from './pod-security.ts';
import { quotaFaults } from './quota.ts';
import { referenceFaults } from './references.ts';

const checks: readonly Check[] = [
  knownApiFaults,
  annotationFaults,
  referenceFaults,
  canaryFaults,
  hardeningFaults,
  podSecurityFaults,
  accessFaults,
  imageFaults,
  quotaFaults,
  networkFaults,
  monitorFaults,
  metricFaults,
];

/** Checks that mean something without the workloads of an environment. */
const clusterChecks: readonly Check[] = [
  knownApiFaults,
  annotationFaults,
  referenceFaults,
  accessFaults,
  monitorFaults,
  metricFaults,
];

/** Faults of what one cluster holds beside the shared part, one line each. */
export function proveCluster(
  { owner, environments, files }: SynthesizedCluster,
  shared: readonly File[],
): readonly string[] {
  const output = buildOutput(
    owner,
    files.flatMap((file) => file.manifests),
    shared.flatMap((file) => file.manifests),
    environments,
  );
  return clusterChecks.flatMap((check) => check(output)).map((fault) => `cluster ${owner.cluster.name}: ${fault}`);
}

/** Faults of one environment's output, one line each; empty when everything that can be shown before a cluster holds. */
export function proveEnvironment(
  { environment, files, onDemand }: SynthesizedEnvironment,
  shared: readonly File[],
): readonly string[] {
  const output = buildOutput(
    environment,
    [...files, ...onDemand].flatMap((file) => file.manifests),
    shared.flatMap((file) => file.manifests),
  );
  return checks.flatMap((check) => check(output)).map((fault) => `${environment.name}: ${fault}`);
}
