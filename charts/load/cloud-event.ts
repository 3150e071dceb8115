import { scenario, vu } from 'k6/execution';
import http, { type RefinedResponse } from 'k6/http';
import { measured, namespace, receiverUrl, run } from './run.ts';

export interface CloudEvent {
  readonly type: string;
  readonly subject: string;
  readonly data: object;
}

export interface Delivery {
  /** Stands for the address in the metrics. */
  readonly name: string;
  readonly url: string;
  readonly event: CloudEvent;
  /** Answers that are no failure. */
  readonly expected: readonly number[];
}

const eventId = (): string => `k6-${run}-${vu.idInTest}-${scenario.name}-${scenario.iterationInTest}`;

/** Posts an event in binary mode. */
export function post({ name, url, event, expected }: Delivery): RefinedResponse<'text'> {
  return http.post(url, JSON.stringify(event.data), {
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': eventId(),
      'ce-type': event.type,
      'ce-source': 'io.knative.lambda/k6',
      'ce-subject': event.subject,
      'ce-time': new Date().toISOString(),
    },
    tags: { ...measured, name },
    responseCallback: http.expectedStatuses(...expected),
    responseType: 'text',
    timeout: '60s',
  });
}

/** An event that the receiver counts and does nothing else about: the answer of a function that nobody called. */
export function reportSuccess(expected: readonly number[]): RefinedResponse<'text'> {
  const event = {
    type: 'io.knative.lambda.response.success',
    subject: `${namespace}/k6-nobody`,
    data: { statusCode: 200, duration: '1ms' },
  };
  return post({ name: 'receiver events', url: `${receiverUrl}/`, event, expected });
}
