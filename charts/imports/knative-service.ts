import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';

export interface KnativeServiceProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly template: {
      readonly metadata: {
        readonly annotations: Readonly<Record<string, string>>;
        readonly labels: Readonly<Record<string, string>>;
      };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containerConcurrency: number;
        readonly timeoutSeconds: number;
        readonly containers: readonly k8s.Container[];
        readonly volumes: readonly k8s.Volume[];
      };
    };
  };
}

/** A Knative Service, serving.knative.dev/v1. `spec.traffic` is left to Knative and Flagger. */
export class KnativeService extends ApiObject {
  constructor(scope: Construct, id: string, props: KnativeServiceProps) {
    const { template } = props.spec;
    const spec = {
      ...template.spec,
      containers: template.spec.containers.map((container) => k8s.toJson_Container(container)),
      volumes: template.spec.volumes.map((volume) => k8s.toJson_Volume(volume)),
    };
    super(scope, id, {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: props.metadata,
      spec: { template: { ...template, spec } },
    });
  }
}
