import { check, sleep } from 'k6';
import { scenario } from 'k6/execution';
import { Counter } from 'k6/metrics';
import type { Options } from 'k6/options';
import { reportSuccess } from './cloud-event.ts';
import { receiverHealth } from './platform.ts';
import { orAbort } from './run.ts';
import { rampingUsers } from './stages.ts';

/** Twenty-four minutes up to the breaking point of the receiver. */
export const options: Options = {
  scenarios: {
    stress: rampingUsers('alternate', [120, 20], [300, 50], [300, 100], [300, 200], [300, 100], [120, 0]),
  },
  thresholds: {
    'http_req_duration{measured:yes}': ['p(95)<2000', 'p(99)<5000'],
    'http_req_failed{measured:yes}': [orAbort('rate<0.1')],
  },
};

/** Events that the receiver has put off: beyond its limit that is its right answer, so it fails no run. */
const throttled = new Counter('events_throttled');

/** Health and events in turn. */
export function alternate(): void {
  if (scenario.iterationInTest % 2 === 0) {
    receiverHealth();
  } else {
    const response = reportSuccess([202, 429]);
    check(response, { 'the receiver accepts or puts off': ({ status }) => status === 202 || status === 429 });
    throttled.add(response.status === 429 ? 1 : 0);
  }
  sleep(1);
}
