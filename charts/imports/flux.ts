import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';

export interface GitRepositoryProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly url: string;
    /** How often Flux looks without being told; a push notification is faster. */
    readonly interval: string;
    readonly timeout: string;
    readonly ref: { readonly branch: string };
    readonly secretRef?: { readonly name: string };
  };
}

/** Where Flux reads from, source.toolkit.fluxcd.io/v1. */
export class GitRepository extends ApiObject {
  constructor(scope: Construct, id: string, props: GitRepositoryProps) {
    super(scope, id, { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', ...props });
  }
}

export interface OciRepositoryProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    /** Without tag. */
    readonly url: string;
    readonly interval: string;
    readonly timeout: string;
    readonly ref: { readonly tag: string };
    /** Whose login is used; `aws` takes the IAM role of source-controller. */
    readonly provider: 'aws' | 'generic';
    readonly secretRef?: { readonly name: string };
  };
}

/** Artifacts that `flux push artifact` wrote, source.toolkit.fluxcd.io/v1. */
export class OciRepository extends ApiObject {
  constructor(scope: Construct, id: string, props: OciRepositoryProps) {
    super(scope, id, { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'OCIRepository', ...props });
  }
}

/** What the status of a kind means, in CEL; without it Flux takes an object without conditions for ready. */
export interface HealthCheckExpression {
  readonly apiVersion: string;
  readonly kind: string;
  readonly current: string;
  readonly failed: string;
}

export interface FluxKustomizationProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly interval: string;
    readonly retryInterval: string;
    readonly timeout: string;
    readonly path: string;
    readonly prune: boolean;
    /** Ready only when every object is; Flux then ignores `healthChecks`. */
    readonly wait: boolean;
    /** Objects that must be ready, where not all of them must. */
    readonly healthChecks?: readonly { readonly apiVersion: string; readonly kind: string; readonly name: string }[];
    readonly healthCheckExprs?: readonly HealthCheckExpression[];
    readonly sourceRef: { readonly kind: 'GitRepository' | 'OCIRepository'; readonly name: string };
    readonly decryption?: { readonly provider: 'sops'; readonly secretRef: { readonly name: string } };
    readonly dependsOn?: readonly { readonly name: string }[];
  };
}

/** What Flux applies from a folder, kustomize.toolkit.fluxcd.io/v1. */
export class FluxKustomization extends ApiObject {
  constructor(scope: Construct, id: string, props: FluxKustomizationProps) {
    super(scope, id, { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', ...props });
  }
}
