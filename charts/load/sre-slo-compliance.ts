import { sleep } from 'k6';
import { Counter, Rate } from 'k6/metrics';
import type { Options } from 'k6/options';
import { callOne, type CallableFunction, removeFunctions, setUpFunctions, setupTimeout } from './functions.ts';
import { atLeast, shareOf } from './run.ts';
import { rampingUsers } from './stages.ts';

const suite = 'sre-slo';

/** Five minutes on ten new functions, judged by the objectives for cold runs. */
export const options: Options = {
  setupTimeout,
  scenarios: {
    slo: { ...rampingUsers('call', [30, 20], [120, 30], [30, 50], [60, 30], [30, 10]), startVUs: 5 },
  },
  thresholds: {
    function_errors: ['rate<0.05'],
    'http_req_duration{measured:yes}': ['p(95)<5000'],
    slo_cold_start: ['rate<0.2'],
    slo_success: [atLeast(100)],
  },
};

const coldStart = new Rate('slo_cold_start');
const success = new Counter('slo_success');

/** Milliseconds above which a good answer counts as a cold start. */
const coldLimit = 5000;

export const setup = (): readonly CallableFunction[] => setUpFunctions(suite, shareOf(10));

export function call(functions: readonly CallableFunction[]): void {
  const duration = callOne(functions);
  if (duration !== undefined) {
    coldStart.add(duration > coldLimit);
    success.add(1);
  }
  sleep(1);
}

export const teardown = (): void => removeFunctions(suite);
