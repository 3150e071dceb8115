import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';

export interface HttpRouteProps {
  readonly metadata: ApiObjectMetadata;
  readonly spec: {
    readonly parentRefs: readonly { readonly group: string; readonly kind: string; readonly name: string }[];
    readonly rules: readonly {
      readonly matches: readonly {
        readonly headers: readonly { readonly type: 'Exact'; readonly name: string; readonly value: string }[];
      }[];
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
    }[];
  };
}

/** A route of the Gateway API; with a Service as parent, mesh proxies follow it. */
export class HttpRoute extends ApiObject {
  constructor(scope: Construct, id: string, props: HttpRouteProps) {
    super(scope, id, { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', ...props });
  }
}
