import * as kubernetes from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Manifest } from '../charts/index.ts';
import { toInputs } from './skipped-waits.ts';

/** Types whose loss takes everything of their kind along: kept when the stack is destroyed. */
const kept = new Set(['CustomResourceDefinition']);

const first = ['CustomResourceDefinition', 'Namespace'];

/** Type token of the Kubernetes provider: the core group, which has no name, is called core. */
function typeOf({ apiVersion, kind }: Manifest): string {
  return `kubernetes:${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

function idOf({ apiVersion, kind, metadata }: Manifest): string {
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [];
  return [group === '' ? kind : `${kind}.${group}`, metadata.namespace, metadata.name].filter(Boolean).join('/');
}

/** An object of any kind, given to the provider as it is. */
class KubernetesObject extends pulumi.CustomResource {
  constructor(manifest: Manifest, options: pulumi.CustomResourceOptions) {
    super(typeOf(manifest), idOf(manifest), toInputs(manifest), options);
  }
}

export interface DeliveryProps {
  /** kubectl context of the cluster. */
  readonly context: string;
  readonly manifests: readonly Manifest[];
}

/** Objects that the charts return, applied as they are by server-side apply; none is declared here. */
export class Delivery extends pulumi.ComponentResource {
  constructor(id: string, { context, manifests }: DeliveryProps) {
    super('knative-lambda:infra:Delivery', id);
    const provider = new kubernetes.Provider(
      id,
      { context, enableServerSideApply: true, enableConfigMapMutable: true },
      { parent: this },
    );
    const [early, late] = [true, false].map((isEarly) =>
      manifests.filter(({ kind }) => first.includes(kind) === isEarly),
    );
    const before = (early ?? []).map((manifest) => this.#add(manifest, provider, []));
    for (const manifest of late ?? []) {
      this.#add(manifest, provider, before);
    }
    this.registerOutputs({});
  }

  #add(
    manifest: Manifest,
    provider: kubernetes.Provider,
    dependsOn: readonly pulumi.Resource[],
  ): pulumi.CustomResource {
    return new KubernetesObject(manifest, {
      parent: this,
      provider,
      dependsOn: [...dependsOn],
      retainOnDelete: kept.has(manifest.kind),
    });
  }
}
