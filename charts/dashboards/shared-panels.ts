import { stat } from './dashboard.ts';
import { total } from './promql.ts';

/** Panels that stand on more than one dashboard. */
export const shared = {
  agents: stat({
    title: 'Agents',
    question: 'How many agents are there?',
    unit: 'short',
    expr: total('knative_lambda_operator_lambdaagents'),
  }),
  waitingKeys: stat({
    title: 'Keys that wait',
    question: 'Does the operator keep up?',
    unit: 'short',
    expr: total('workqueue_depth'),
    limits: { above: ['workqueueDepth'] },
  }),
} as const;
