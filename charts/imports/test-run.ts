import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { Resources } from '../../stacks/index.ts';

/** A pod that k6-operator makes. */
export interface TestPod {
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly serviceAccountName: string;
  /** A text, since k6-operator parses it; "true" when absent. */
  readonly automountServiceAccountToken: 'true' | 'false';
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly env?: readonly k8s.EnvVar[];
  readonly resources: Resources;
  readonly securityContext: k8s.PodSecurityContext;
  readonly containerSecurityContext: k8s.SecurityContext;
}

export interface TestRunProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    /** All keys of the ConfigMap are mounted at /test; `file` is the one that k6 runs. */
    readonly script: { readonly configMap: { readonly name: string; readonly file: string } };
    readonly parallelism: number;
    readonly arguments: string;
    /** "false" keeps the progress in the log. */
    readonly quiet: 'true' | 'false';
    readonly initializer: TestPod;
    readonly starter: TestPod;
    readonly runner: TestPod;
  };
}

/** A run of a k6 script, k6.io/v1alpha1; k6-operator starts it once, when it is created. */
export class TestRun extends ApiObject {
  constructor(scope: Construct, id: string, props: TestRunProps) {
    super(scope, id, { apiVersion: 'k6.io/v1alpha1', kind: 'TestRun', ...props });
  }
}
