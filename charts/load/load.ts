import { sleep } from 'k6';
import type { Options } from 'k6/options';
import { callOne, type CallableFunction, removeFunctions, setUpFunctions, setupTimeout } from './functions.ts';
import { operatorHealth, operatorMetrics } from './platform.ts';
import { orAbort, shareOf } from './run.ts';
import { rampingUsers } from './stages.ts';

const suite = 'load';

/** Thirteen minutes of normal traffic, judged by the objectives for steady traffic. */
export const options: Options = {
  setupTimeout,
  scenarios: { load: rampingUsers('mix', [120, 10], [300, 20], [120, 50], [180, 20], [60, 0]) },
  thresholds: {
    'http_req_duration{measured:yes}': ['p(95)<1000', 'p(99)<2000'],
    'http_req_failed{measured:yes}': [orAbort('rate<0.01')],
    function_latency: ['p(95)<800'],
    function_errors: ['rate<0.01'],
  },
};

export const setup = (): readonly CallableFunction[] => setUpFunctions(suite, shareOf(4));

/** Three tenths health, two tenths metrics, half calls of functions. */
export function mix(functions: readonly CallableFunction[]): void {
  const dice = Math.random();
  if (dice < 0.3) {
    operatorHealth();
  } else if (dice < 0.5) {
    operatorMetrics();
  } else {
    callOne(functions);
  }
  sleep(1);
}

export const teardown = (): void => removeFunctions(suite);
