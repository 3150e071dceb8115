import { check, sleep } from 'k6';
import { scenario } from 'k6/execution';
import { Counter } from 'k6/metrics';
import type { Options } from 'k6/options';
import { post } from './cloud-event.ts';
import { functionLabels, functionSpec, namePrefix, removeFunctions } from './functions.ts';
import { findFunction } from './kubernetes.ts';
import { atLeast, namespace, receiverUrl, seconds } from './run.ts';

const suite = 'create';

/** Fifteen functions in five seconds, ordered by events as a client orders them. */
export const options: Options = {
  scenarios: {
    create: {
      executor: 'constant-arrival-rate',
      exec: 'order',
      rate: 3,
      timeUnit: '1s',
      duration: seconds(5),
      preAllocatedVUs: 3,
      maxVUs: 10,
    },
  },
  thresholds: {
    'http_req_duration{measured:yes}': ['p(95)<5000'],
    'http_req_failed{measured:yes}': ['rate<0.2'],
    functions_ordered: [atLeast(6)],
    functions_created: [atLeast(5)],
  },
};

const ordered = new Counter('functions_ordered');
const created = new Counter('functions_created');

const patienceSeconds = 5;

export function order(): void {
  const index = scenario.iterationInTest;
  const name = `${namePrefix(suite)}${index}`;
  const event = {
    type: 'io.knative.lambda.command.function.deploy',
    subject: name,
    data: {
      metadata: { name, namespace, labels: { ...functionLabels, index: String(index) } },
      spec: functionSpec(index),
    },
  };
  const response = post({ name: 'receiver deploy', url: `${receiverUrl}/`, event, expected: [202] });
  if (check(response, { 'the order is accepted': ({ status }) => status === 202 })) {
    ordered.add(1);
    created.add(isThere(name) ? 1 : 0);
  }
}

function isThere(name: string): boolean {
  for (let tries = 0; tries < patienceSeconds * 2; tries += 1) {
    if (findFunction(name) !== undefined) {
      return true;
    }
    sleep(0.5);
  }
  return false;
}

export const teardown = (): void => removeFunctions(suite);
