import { Counter } from 'k6/metrics';
import type { Options } from 'k6/options';
import { callOne, type CallableFunction, removeFunctions, setUpFunctions, setupTimeout } from './functions.ts';
import { atLeast, seconds } from './run.ts';
import { stages } from './stages.ts';

const suite = 'execute';
const ramp = stages([10, 30], [20, 50], [10, 20]);

/** Calls of new functions, first few and then many, judged by the objectives for cold runs. */
export const options: Options = {
  setupTimeout,
  scenarios: {
    first: {
      executor: 'constant-arrival-rate',
      exec: 'call',
      rate: 2,
      timeUnit: '1s',
      duration: seconds(15),
      preAllocatedVUs: 5,
      maxVUs: 30,
    },
    ramp: {
      executor: 'ramping-arrival-rate',
      exec: 'call',
      startTime: seconds(15),
      startRate: 10,
      timeUnit: '1s',
      stages: ramp,
      preAllocatedVUs: 30,
      maxVUs: 100,
    },
  },
  thresholds: {
    'http_req_duration{measured:yes}': ['p(95)<10000', 'p(99)<15000'],
    function_errors: ['rate<0.05'],
    executions: [atLeast(50)],
    executions_succeeded: [atLeast(35)],
  },
};

const executions = new Counter('executions');
const succeeded = new Counter('executions_succeeded');

export const setup = (): readonly CallableFunction[] => setUpFunctions(suite, 2);

export function call(functions: readonly CallableFunction[]): void {
  executions.add(1);
  succeeded.add(callOne(functions) === undefined ? 0 : 1);
}

export const teardown = (): void => removeFunctions(suite);
