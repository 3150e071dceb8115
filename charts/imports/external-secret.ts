import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';

interface ServiceAccountAuth {
  readonly jwt: { readonly serviceAccountRef: { readonly name: string } };
}

export interface SecretStoreProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly provider: {
      readonly aws: { readonly service: 'SecretsManager'; readonly region: string; readonly auth: ServiceAccountAuth };
    };
  };
}

/** Where ExternalSecrets of a namespace read from, external-secrets.io/v1. */
export class SecretStore extends ApiObject {
  constructor(scope: Construct, id: string, props: SecretStoreProps) {
    super(scope, id, { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', ...props });
  }
}

export interface ExternalSecretProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    /** `CreatedOnce` for values that nobody could restore, else at the interval. */
    readonly refreshPolicy?: 'CreatedOnce';
    readonly refreshInterval: string;
    readonly secretStoreRef?: { readonly name: string; readonly kind: 'SecretStore' };
    readonly target: {
      readonly name: string;
      readonly creationPolicy: 'Owner';
      readonly template?: {
        readonly engineVersion: 'v2';
        readonly type?: string;
        readonly metadata?: {
          readonly labels?: Readonly<Record<string, string>>;
          readonly annotations?: Readonly<Record<string, string>>;
        };
        readonly data?: Readonly<Record<string, string>>;
      };
    };
    readonly data?: readonly {
      readonly secretKey: string;
      readonly remoteRef: { readonly key: string; readonly property: string };
    }[];
    readonly dataFrom?: readonly {
      readonly sourceRef: {
        readonly generatorRef: { readonly apiVersion: string; readonly kind: string; readonly name: string };
      };
    }[];
  };
}

/** A Secret kept equal to an entry elsewhere, external-secrets.io/v1. */
export class ExternalSecret extends ApiObject {
  constructor(scope: Construct, id: string, props: ExternalSecretProps) {
    super(scope, id, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', ...props });
  }
}

export const generatorApiVersion = 'generators.external-secrets.io/v1alpha1';

export interface EcrAuthorizationTokenProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: { readonly region: string; readonly auth: ServiceAccountAuth };
}

/** Makes registry logins for ECR, valid for twelve hours each. */
export class EcrAuthorizationToken extends ApiObject {
  constructor(scope: Construct, id: string, props: EcrAuthorizationTokenProps) {
    super(scope, id, { apiVersion: generatorApiVersion, kind: 'ECRAuthorizationToken', ...props });
  }
}

export interface PasswordProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly length: number;
    readonly symbols: number;
    readonly noUpper: boolean;
    readonly allowRepeat: boolean;
  };
}

/** Makes random passwords, generators.external-secrets.io/v1alpha1. */
export class Password extends ApiObject {
  constructor(scope: Construct, id: string, props: PasswordProps) {
    super(scope, id, { apiVersion: generatorApiVersion, kind: 'Password', ...props });
  }
}
