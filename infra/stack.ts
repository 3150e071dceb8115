import * as pulumi from '@pulumi/pulumi';
import {
  type Manifest,
  readSealedSecrets,
  sealedFolder,
  synthesizeClusters,
  synthesizeEnvironment,
  synthesizeShared,
} from '../charts/index.ts';
import { type Environment, readReleases } from '../stacks/index.ts';
import { Delivery } from './delivery.ts';
import { fetchText, readFlux } from './flux-release.ts';
import { isInCloud } from './names.ts';
import { checkOutputs, type StackOutputs } from './outputs.ts';
import { retainNothing } from './retention.ts';

/** What only the person who runs the stack knows; everything else is in stacks/. */
export interface StackConfiguration {
  /** kubectl context, where it is called otherwise than the environment says. */
  readonly context?: string;
  /** Issuer of service account tokens, where the cluster cannot be asked. */
  readonly oidcIssuer?: string;
  /** Whether a destroy keeps custom resources, the code bucket, and in production images and secret entries. */
  readonly keepOnDestroy: boolean;
}

interface Objects {
  readonly environment: readonly Manifest[];
  readonly cluster: readonly Manifest[];
  /** Of the cluster, what makes Flux deliver the rest. */
  readonly flux: readonly Manifest[];
}

function synthesize(environment: Environment, all: readonly Environment[]): Objects {
  const releases = readReleases();
  const sealedSecrets = readSealedSecrets(sealedFolder(environment.name));
  const { files } = synthesizeEnvironment(environment, { releases, sealedSecrets });
  const cluster = synthesizeClusters([environment], all, releases).flatMap((one) => one.files);
  return {
    environment: files.flatMap((file) => file.manifests),
    cluster: cluster.flatMap((file) => file.manifests),
    flux: cluster.filter(({ name }) => name === 'delivery').flatMap((file) => file.manifests),
  };
}

/** With Flux the stack delivers what makes Flux deliver; without, every object itself. */
async function delivered({ delivery, cluster }: Environment, objects: Objects): Promise<readonly Manifest[]> {
  switch (delivery.mode) {
    case 'gitops':
      return cluster.owner ? [...(await readFlux(delivery.flux, fetchText)), ...objects.flux] : [];
    case 'direct': {
      const shared = cluster.owner ? synthesizeShared().flatMap((file) => file.manifests) : [];
      return [...shared, ...objects.cluster, ...objects.environment];
    }
  }
}

/**
 * Registers the resources of one environment: its cloud, then its delivery.
 * @throws ConfigurationError before anything is registered
 */
export async function buildStack(
  environment: Environment,
  all: readonly Environment[],
  { context, oidcIssuer, keepOnDestroy }: StackConfiguration,
): Promise<StackOutputs> {
  const objects = synthesize(environment, all);
  if (!keepOnDestroy) pulumi.runtime.registerStackTransformation(retainNothing);
  const outputs: Record<string, pulumi.Input<string>> = { environment: environment.name };
  if (isInCloud(environment)) {
    // a stack without it does not load @pulumi/aws
    const { buildCloud } = await import('./cloud-stack.ts');
    Object.assign(outputs, await buildCloud(environment, objects.environment, oidcIssuer));
  }
  const manifests = await delivered(environment, objects);
  if (manifests.length > 0) {
    const chosen = context ?? environment.cluster.context;
    new Delivery(environment.cluster.name, { context: chosen, manifests });
    outputs['context'] = chosen;
  }
  return checkOutputs(outputs);
}
