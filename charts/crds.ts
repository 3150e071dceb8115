import { ApiObject, type Chart } from 'cdk8s';
import { customResourceDefinitions } from '../operator/api/index.ts';

/** The two custom resources; cluster-scoped, applied once per cluster by its owner. */
export function buildCrds(chart: Chart): void {
  for (const definition of customResourceDefinitions()) {
    new ApiObject(chart, definition.metadata.name, definition);
  }
}
