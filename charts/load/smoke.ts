import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { reportSuccess } from './cloud-event.ts';
import { operatorHealth, operatorMetrics, operatorReadiness, receiverHealth, receiverReadiness } from './platform.ts';
import { seconds } from './run.ts';

/** Half a minute of one user: is everything there and does it answer? */
export const options: Options = {
  scenarios: { smoke: { executor: 'constant-vus', exec: 'probeAll', vus: 1, duration: seconds(30) } },
  thresholds: {
    'http_req_duration{measured:yes}': ['p(99)<1500'],
    'http_req_failed{measured:yes}': ['rate<0.1'],
    checks: ['rate>0.9'],
  },
};

export function probeAll(): void {
  operatorHealth();
  operatorReadiness();
  operatorMetrics();
  receiverHealth();
  receiverReadiness();
  check(reportSuccess([202]), { 'the receiver accepts an event': ({ status }) => status === 202 });
  sleep(1);
}
