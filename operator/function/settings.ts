import type { BuildPodSettings } from '../specs/build-pod.ts';
import type { BuilderName } from '../specs/builder.ts';
import type { ContainerResources } from '../specs/hardened-container.ts';
import type { ServingSettings } from '../specs/knative-service.ts';
import type { RabbitmqSettings } from '../specs/rabbitmq-broker-config.ts';
import type { TriggerSettings } from '../specs/trigger.ts';
import type { RegistrySettings } from './destination.ts';

export interface BuildSettings {
  readonly builder: BuilderName;
  readonly builderImage: string;
  /** The product's own image, which fetches. */
  readonly fetchImage: string;
  readonly fetchPullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Hosts of the environment that a source may be on although their addresses are private. */
  readonly trustedHosts: readonly string[];
  readonly resources: ContainerResources;
  /** Most that the context, and then the image, may take on a node, such as `4Gi`. */
  readonly scratchSize: string;
  /** Where layers are kept; undefined builds every layer anew. */
  readonly cache: CacheSettings | undefined;
  readonly pod: BuildPodSettings;
  /** Builds that may run at once in the environment. */
  readonly maxConcurrent: number;
  /** How long a finished Job stays, in seconds. */
  readonly retentionSeconds: number;
  /** Longest time to answer which version a source has, in seconds. */
  readonly resolveSeconds: number;
}

export interface CacheSettings {
  readonly repository: string;
  /** Whether the registry asks who comes: then the build has the identity of its pod, and so has what an author runs in it. */
  readonly needsIdentity: boolean;
}

/** Who makes accounts and brokers in the namespaces of functions. */
export type NamespaceSettings =
  | { readonly kind: 'charts' }
  /** The operator, where it watches every namespace and the charts know only some. */
  | {
      readonly kind: 'operator';
      readonly ofCharts: readonly string[];
      /** Undefined makes no brokers. */
      readonly rabbitmq: RabbitmqSettings | undefined;
    };

/** What an environment decides for its functions. */
export interface FunctionSettings {
  readonly namespaces: NamespaceSettings;
  readonly builds: BuildSettings;
  readonly registry: RegistrySettings;
  readonly serving: ServingSettings;
  readonly eventing: TriggerSettings;
  /** Longest call that Knative allows, in seconds. */
  readonly maxTimeoutSeconds: number;
  /** Whether a Secret must carry the label by which its owner lends it to functions. */
  readonly enforceUsableBy: boolean;
}
