import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';

export interface ContainerSourceProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    /** Where the events go. */
    readonly sink: {
      readonly ref: {
        readonly apiVersion: string;
        readonly kind: string;
        readonly name: string;
        readonly namespace: string;
      };
    };
    readonly template: k8s.PodTemplateSpec;
  };
}

/** A pod that sends events, sources.knative.dev/v1: Knative runs one replica and tells it the sink as K_SINK. */
export class ContainerSource extends ApiObject {
  constructor(scope: Construct, id: string, { metadata, spec }: ContainerSourceProps) {
    const template = k8s.toJson_PodTemplateSpec(spec.template);
    super(scope, id, {
      apiVersion: 'sources.knative.dev/v1',
      kind: 'ContainerSource',
      metadata,
      spec: { sink: spec.sink, template },
    });
  }
}
