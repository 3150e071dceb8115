import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';

const apiVersion = 'operator.knative.dev/v1beta1';

/** ConfigMaps by name without the prefix `config-`, each with its keys. */
export type KnativeConfiguration = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Props<Spec> {
  readonly metadata: ApiObjectMetadata;
  readonly spec: Spec & { readonly version: string; readonly config: KnativeConfiguration };
}

/** Knative Serving as its operator installs and configures it, operator.knative.dev/v1beta1. */
export class KnativeServing extends ApiObject {
  constructor(
    scope: Construct,
    id: string,
    props: Props<{ readonly ingress: { readonly kourier: { readonly enabled: true } } }>,
  ) {
    super(scope, id, { apiVersion, kind: 'KnativeServing', ...props });
  }
}

/** Knative Eventing as its operator installs and configures it, operator.knative.dev/v1beta1. */
export class KnativeEventing extends ApiObject {
  constructor(scope: Construct, id: string, props: Props<unknown>) {
    super(scope, id, { apiVersion, kind: 'KnativeEventing', ...props });
  }
}
