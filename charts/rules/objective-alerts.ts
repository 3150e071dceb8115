import type { Alert } from './rule.ts';
import { thresholds } from './thresholds.ts';

const dashboard = 'knative-lambda-sre';

/** True when the budget burns this many times too fast in the long window, and still does in the short one. */
function burn(series: string, objective: number, [times, long, short]: readonly [number, string, string]): string {
  const limit = Number((times * objective).toPrecision(6));
  return `${series}:rate${long}{$env} > ${limit} and ${series}:rate${short}{$env} > ${limit}`;
}

const fast = [thresholds.fastBurn.value, '1h', '5m'] as const;
const slow = [thresholds.slowBurn.value, '6h', '30m'] as const;
const functions = 'slo:function_error_ratio';
const receiver = 'slo:receiver_error_ratio';

/** Error budgets: 1 % of invocations, 0.1 % of requests to the CloudEvents API. */
export const objectiveAlerts = {
  KnativeLambdaFunctionErrorBudgetFastBurn: {
    expr: burn(functions, thresholds.functionErrorObjective.value, fast),
    threshold: thresholds.fastBurn,
    priority: 'P0',
    summary: 'Functions burn their error budget within days',
    description:
      '{{ $value | humanizePercentage }} of the invocations of the last hour failed, 14.4 times what the objective permits.',
    dashboard,
  },
  KnativeLambdaFunctionErrorBudgetSlowBurn: {
    expr: burn(functions, thresholds.functionErrorObjective.value, slow),
    threshold: thresholds.slowBurn,
    priority: 'P3',
    summary: 'Functions burn their error budget too fast',
    description:
      '{{ $value | humanizePercentage }} of the invocations of the last 6 hours failed, 6 times what the objective permits.',
    dashboard,
  },
  KnativeLambdaReceiverErrorBudgetFastBurn: {
    expr: burn(receiver, thresholds.receiverErrorObjective.value, fast),
    threshold: thresholds.fastBurn,
    priority: 'P0',
    summary: 'The CloudEvents API burns its error budget within days',
    description:
      '{{ $value | humanizePercentage }} of the answers of the last hour are 5xx, 14.4 times what the objective permits.',
    dashboard,
  },
  KnativeLambdaReceiverErrorBudgetSlowBurn: {
    expr: burn(receiver, thresholds.receiverErrorObjective.value, slow),
    threshold: thresholds.slowBurn,
    priority: 'P3',
    summary: 'The CloudEvents API burns its error budget too fast',
    description:
      '{{ $value | humanizePercentage }} of the answers of the last 6 hours are 5xx, 6 times what the objective permits.',
    dashboard,
  },
} as const satisfies Readonly<Record<string, Alert>>;
