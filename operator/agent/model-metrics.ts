import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import type { ModelHealth } from './model-health.ts';

/** Says at each scrape whether the model of each agent is served. */
export function addModelMetrics(registry: MetricRegistry, models: Pick<ModelHealth, 'answers'>): void {
  registry.gauge('knative_lambda_agent_model_available', (gauge) => {
    gauge.reset();
    for (const { agent: key, isServed, target } of models.answers()) {
      const [agent_namespace = '', agent = ''] = key.split('/');
      const { model = '', provider } = target;
      gauge.set({ agent, agent_namespace, provider, model }, isServed ? 1 : 0);
    }
  });
}
