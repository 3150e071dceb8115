import { check, sleep } from 'k6';
import http from 'k6/http';
import type { Options } from 'k6/options';

const scale = Number(__ENV['TIME_SCALE'] ?? '1');
const canary = __ENV['CANARY_URL'] ?? 'http://localhost:8080';

/** Two minutes of traffic for a canary, so that it is judged by something; one file, because a webhook takes one. */
export const options: Options = {
  scenarios: {
    canary: { executor: 'constant-vus', exec: 'visit', vus: 5, duration: `${Math.round(120_000 * scale)}ms` },
  },
  thresholds: {
    http_req_duration: ['p(99)<500'],
    http_req_failed: ['rate<0.01'],
    checks: ['rate>0.99'],
  },
};

export function visit(): void {
  const health = http.get(`${canary}/health`, {
    responseCallback: http.expectedStatuses(200),
    tags: { name: 'health' },
  });
  check(health, { 'health within 200 ms': ({ status, timings }) => status === 200 && timings.duration < 200 });
  const event = http.post(`${canary}/`, JSON.stringify({ statusCode: 200, duration: '1ms' }), {
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': `k6-canary-${Date.now()}-${Math.random()}`,
      'ce-type': 'io.knative.lambda.response.success',
      'ce-source': 'io.knative.lambda/k6',
      'ce-subject': 'k6-nobody',
    },
    responseCallback: http.expectedStatuses(202),
    tags: { name: 'events' },
  });
  check(event, { 'an event is accepted': ({ status }) => status === 202 });
  sleep(1);
}
