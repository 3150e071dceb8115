import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import type { SupervisionTelemetry } from './supervisor.ts';

export function supervisionTelemetry(registry: MetricRegistry): SupervisionTelemetry {
  const decisions = registry.counter('knative_lambda_supervision_decisions_total');
  const questions = registry.counter('knative_lambda_supervision_questions_total');
  let [held, overdue] = [0, 0];
  registry.gauge('knative_lambda_supervision_held_actions', (gauge) => gauge.set(held));
  registry.gauge('knative_lambda_supervision_overdue_actions', (gauge) => gauge.set(overdue));
  return {
    decided: (verdict) => decisions.inc({ verdict }),
    asked: (provider, result) => questions.inc({ provider, result }),
    waiting: (nowHeld, nowOverdue) => void ([held, overdue] = [nowHeld, nowOverdue]),
  };
}
