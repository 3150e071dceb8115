import { expect } from '@jest/globals';
import type { RequestOf } from './request.ts';

type Text = string | RegExp;

export interface ExpectedError {
  readonly code?: Text;
  readonly message?: Text;
  readonly retryable?: boolean;
}

/** What must be so after one request. Beside it, the rules that hold for every answer are checked. */
export interface Expectation {
  /** One, or any of several where the contract leaves it open. */
  readonly status: number | readonly number[];
  /** By name in lower case; null: no such header. */
  readonly headers?: Readonly<Record<string, Text | null>>;
  /** `result.body` of the answer, exactly. */
  readonly result?: unknown;
  /** `result.bodyBase64` of the answer. */
  readonly resultBytes?: string;
  readonly error?: ExpectedError;
  /** The whole body: parsed where it is not a string. */
  readonly body?: unknown;
  /** Keys of one line of the log that carries the id of the event. */
  readonly log?: Readonly<Record<string, unknown>>;
  /** By how much series grow; the labels of the function are added. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** One row of a table: request and what must come of it. */
export interface Case {
  /** A sentence in the present tense; it begins with "fails" where the function or the wrapper refuses. */
  readonly title: string;
  readonly send: RequestOf;
  readonly expect: Expectation;
}

const invocations = (status: string): string => `knative_lambda_function_invocations_total{status="${status}"}`;
const errors = (type: string): string => `knative_lambda_function_errors_total{error_type="${type}"}`;

/** The handler returned; `result.body` is this. */
export function returns(result: unknown, further: Partial<Expectation> = {}): Expectation {
  return {
    status: 200,
    result,
    log: { msg: 'invocation completed', level: 'info', status: 'success' },
    metrics: { [invocations('success')]: 1, [invocations('error')]: 0, [invocations('timeout')]: 0 },
    ...further,
  };
}

/** The handler got this data. */
export function gets(kind: string, value: unknown, further: Partial<Expectation> = {}): Expectation {
  return returns({ kind, value }, further);
}

/** The handler's context has these fields, among others. */
export function seen(fields: object, further: Partial<Expectation> = {}): Expectation {
  return returns({ context: expect.objectContaining(fields) }, further);
}

/** The handler failed; `type` is what the metric calls it. */
export function fails(error: ExpectedError, type: string, further: Partial<Expectation> = {}): Expectation {
  return {
    status: 500,
    headers: { 'ce-type': 'io.knative.lambda.response.error' },
    error,
    log: { msg: 'invocation failed', level: 'error', status: 'error', error_type: type },
    metrics: { [invocations('error')]: 1, [errors(type)]: 1, [invocations('success')]: 0 },
    ...further,
  };
}

/** The handler ran into its deadline. */
export function timesOut(further: Partial<Expectation> = {}): Expectation {
  return {
    status: 504,
    headers: { 'ce-type': 'io.knative.lambda.response.timeout' },
    error: { code: 'TimeoutError', retryable: true },
    log: { msg: 'invocation failed', level: 'error', status: 'timeout', error_type: 'timeout', retryable: true },
    metrics: { [invocations('timeout')]: 1, [errors('timeout')]: 1, [invocations('error')]: 0 },
    ...further,
  };
}

/** The event is refused for good, without a handler. */
export function refuses(code: string, further: Partial<Expectation> = {}): Expectation {
  return {
    status: 500,
    headers: {
      'ce-type': 'io.knative.lambda.response.error',
      'kne-errorcode': code,
      'kne-errorretryable': 'false',
    },
    error: { code, retryable: false },
    log: { msg: 'event refused', level: 'warn', http_status: 500, error_code: code },
    metrics: { [invocations('error')]: 1, [errors('request')]: 1, [invocations('success')]: 0 },
    ...further,
  };
}
