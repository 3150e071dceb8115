import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';

/** Served since Flux 2.7; the beta before it is gone since 2.9. */
const apiVersion = 'image.toolkit.fluxcd.io/v1';

export interface ImageRepositoryProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly image: string;
    /** How often the tags are read. */
    readonly interval: string;
    /** Whose login is used; `aws` takes the IAM role of image-reflector-controller. */
    readonly provider: 'aws' | 'generic';
    /** Default false. */
    readonly insecure?: boolean;
  };
}

/** Image repository whose tags Flux reads. */
export class ImageRepository extends ApiObject {
  constructor(scope: Construct, id: string, props: ImageRepositoryProps) {
    super(scope, id, { apiVersion, kind: 'ImageRepository', ...props });
  }
}

/** A tag that is never moved needs its digest once; one that moves needs it again and again, at an interval. */
type DigestReflection =
  | { readonly digestReflectionPolicy: 'IfNotPresent' }
  | { readonly digestReflectionPolicy: 'Always'; readonly interval: string };

export interface ImagePolicyProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: DigestReflection & {
    readonly imageRepositoryRef: { readonly name: string };
    /** Tags that count, and the part of each that is compared. */
    readonly filterTags: { readonly pattern: string; readonly extract: string };
    readonly policy: { readonly numerical: { readonly order: 'asc' | 'desc' } };
  };
}

/** Which tag is the newest. */
export class ImagePolicy extends ApiObject {
  constructor(scope: Construct, id: string, props: ImagePolicyProps) {
    super(scope, id, { apiVersion, kind: 'ImagePolicy', ...props });
  }
}

export interface ImageUpdateAutomationProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly interval: string;
    readonly sourceRef: { readonly kind: 'GitRepository'; readonly name: string };
    /** Policies that are followed; others in the namespace are left alone. */
    readonly policySelector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly git: {
      readonly checkout: { readonly ref: { readonly branch: string } };
      readonly commit: {
        readonly author: { readonly name: string; readonly email: string };
        readonly messageTemplate: string;
      };
      readonly push: { readonly branch: string };
    };
    /** Folder whose marked fields are edited. */
    readonly update: { readonly path: string; readonly strategy: 'Setters' };
  };
}

/** Writes what the policies found to a Git branch. */
export class ImageUpdateAutomation extends ApiObject {
  constructor(scope: Construct, id: string, props: ImageUpdateAutomationProps) {
    super(scope, id, { apiVersion, kind: 'ImageUpdateAutomation', ...props });
  }
}
