import { bars, type Dashboard, line, type Row, stat, text } from './dashboard.ts';
import { chosen, increase, ratio } from './promql.ts';
import { environmentVariable } from './variables.ts';

/** Budget of one environment, in USD a month. */
export interface Budget {
  readonly environment: string;
  readonly computeUsd: number;
  readonly storageUsd: number;
  readonly transferUsd: number;
}

export interface Prices {
  /** One core for one hour, in USD. */
  readonly coreHourUsd: number;
  readonly budgets: readonly Budget[];
}

const cores = 'namespace:container_cpu_cores:rate5m';
const hoursPerMonth = 730;

function budgetTable(budgets: readonly Budget[]): string {
  const rows = budgets.map(
    ({ environment, computeUsd, storageUsd, transferUsd }) =>
      `| ${environment} | ${computeUsd} | ${storageUsd} | ${transferUsd} | ${computeUsd + storageUsd + transferUsd} |`,
  );
  return ['| Environment | Compute | Storage | Transfer | USD a month |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** CPU that was used, times its price: what idle nodes cost is in the bill of the cloud, not here. */
export function costDashboard({ coreHourUsd, budgets }: Prices): Dashboard {
  const hourly = (by: string, window: string): string =>
    `sum by (${by}) (avg_over_time(${cores}{${chosen}}[${window}])) * ${coreHourUsd}`;
  const now: Row = {
    title: 'CPU',
    panels: [
      stat({
        title: 'USD an hour',
        question: `What does the CPU in use cost, at ${coreHourUsd} USD for a core for an hour?`,
        width: 6,
        unit: 'currencyUSD',
        expr: `sum(avg_over_time(${cores}{${chosen}}[1h])) * ${coreHourUsd}`,
      }),
      stat({
        title: 'USD a month at this pace',
        question: 'What will a month of 730 hours cost, if the last day repeats?',
        width: 6,
        unit: 'currencyUSD',
        expr: `sum(avg_over_time(${cores}{${chosen}}[24h])) * ${coreHourUsd} * ${hoursPerMonth}`,
      }),
      stat({
        title: 'USD for a build',
        question: 'What does the CPU of the function namespaces cost for each build of the last day, at most?',
        width: 6,
        unit: 'currencyUSD',
        expr: ratio(
          `sum(avg_over_time(${cores}{${chosen}}[24h])) * ${coreHourUsd} * 24`,
          increase('knative_lambda_operator_build_duration_seconds_count', { window: '24h' }),
        ),
      }),
      stat({
        title: 'USD for 1000 invocations',
        question: 'What does the CPU of all namespaces cost for each thousand invocations of the last day?',
        width: 6,
        unit: 'currencyUSD',
        expr: `1000 * ${ratio(
          `sum(avg_over_time(${cores}{${chosen}}[24h])) * ${coreHourUsd} * 24`,
          increase('knative_lambda_function_invocations_total', { window: '24h' }),
        )}`,
      }),
      line({
        title: 'Cost by environment',
        question: 'Which environment costs how much, in USD an hour?',
        width: 12,
        unit: 'currencyUSD',
        expr: hourly('environment', '1h'),
        legend: '{{environment}}',
        stacked: true,
      }),
      line({
        title: 'Cost by namespace',
        question: 'Which namespace costs how much, in USD an hour?',
        width: 12,
        unit: 'currencyUSD',
        expr: hourly('namespace', '1h'),
        legend: '{{namespace}}',
        stacked: true,
      }),
      bars({
        title: 'Month at this pace, by environment',
        question: 'Which environment will cost most? To be held against its compute budget.',
        width: budgets.length > 0 ? 12 : 24,
        unit: 'currencyUSD',
        expr: `${hourly('environment', '24h')} * ${hoursPerMonth}`,
        legend: '{{environment}}',
      }),
      ...(budgets.length > 0
        ? [
            text({
              title: 'Budgets',
              question: 'What may an environment cost?',
              width: 12,
              markdown: budgetTable(budgets),
            }),
          ]
        : []),
    ],
  };
  return {
    uid: 'knative-lambda-cost',
    title: 'Knative Lambda: cost',
    purpose: 'What the CPU in use costs, by environment and namespace, against the budgets.',
    refresh: '5m',
    range: '24h',
    variables: [environmentVariable],
    rows: [now],
  };
}
