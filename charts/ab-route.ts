import type { Chart } from 'cdk8s';
import { HttpRoute } from './imports/http-route.ts';
import { receiverPort } from './receiver-flows.ts';
import { names } from './workloads.ts';

const header = 'x-ab-test';

/**
 * Requests that choose a version by header. A match by header is more specific than Flagger's route on the same Service,
 * so it wins there, and requests without the header keep Flagger's weights (Gateway API, HTTPRouteRule).
 */
export function addAbRoute(chart: Chart, namespace: string): void {
  new HttpRoute(chart, 'ab-route', {
    metadata: { name: `${names.receiverRollout}-ab`, namespace },
    spec: {
      parentRefs: [{ group: 'core', kind: 'Service', name: names.receiverDeployment }],
      rules: ['canary', 'primary'].map((version) => ({
        matches: [{ headers: [{ type: 'Exact', name: header, value: version }] }],
        backendRefs: [{ name: `${names.receiverRollout}-${version}`, port: receiverPort }],
      })),
    },
  });
}
