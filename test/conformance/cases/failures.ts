import { type Case, fails } from '../expectation.ts';
import { act } from '../request.ts';

interface Raised {
  readonly name: string;
  readonly type: string;
  /** Whether such an error says that a later try may succeed, where nobody said otherwise. */
  readonly retryable?: boolean;
}

const raised: readonly Raised[] = [
  { name: 'OrderError', type: 'handler' },
  { name: 'TypeError', type: 'validation', retryable: false },
  { name: 'ValueError', type: 'validation', retryable: false },
  { name: 'ImportError', type: 'import', retryable: false },
  { name: 'ValidationError', type: 'validation' },
  { name: 'TimeoutError', type: 'timeout' },
  { name: 'ConnectionError', type: 'network' },
  { name: 'PermissionError', type: 'permission' },
  { name: 'MemoryError', type: 'memory' },
];

export const failures: readonly Case[] = [
  ...raised.map(({ name, type, retryable = true }): Case => ({
    title: `fails with ${name}, ${retryable ? 'retryable' : 'not retryable'}, counted as ${type}`,
    send: act('raise', { name, message: 'no stock' }),
    expect: fails({ code: name, message: 'no stock', retryable }, type, {
      headers: {
        'ce-type': 'io.knative.lambda.response.error',
        'kne-errorcode': retryable ? null : name,
        'kne-errorretryable': retryable ? null : 'false',
      },
      log: {
        msg: 'invocation failed',
        level: 'error',
        error_code: name,
        error_message: 'no stock',
        error_type: type,
        retryable,
      },
    }),
  })),
  {
    title: 'fails with an error that says that it is not retryable',
    send: act('raise', { name: 'OrderError', message: 'no such order', retryable: false }),
    expect: fails({ code: 'OrderError', retryable: false }, 'handler', { headers: { 'kne-errorretryable': 'false' } }),
  },
  {
    title: 'fails with an error that says that it is retryable',
    send: act('raise', { name: 'ValueError', message: 'later', retryable: true }),
    expect: fails({ code: 'ValueError', retryable: true }, 'validation', { headers: { 'kne-errorretryable': null } }),
  },
  {
    title: 'fails with an error of an async handler',
    send: act('raiseasync', { name: 'OrderError', message: 'no stock' }),
    expect: fails({ code: 'OrderError', message: 'no stock', retryable: true }, 'handler'),
  },
  {
    title: 'fails with something thrown that is no error',
    send: act('raisevalue'),
    expect: fails({ message: /out of stock/, retryable: true }, 'handler'),
  },
  {
    title: 'fails with an error without a message',
    send: act('raise', { name: 'OrderError', message: '' }),
    expect: fails({ code: 'OrderError', message: '' }, 'handler'),
  },
  {
    title: 'fails with an error whose message is cut at 1024 characters',
    send: act('raise', { name: 'OrderError', message: 'x'.repeat(5000) }),
    expect: fails({ code: 'OrderError', message: /^x{1024}$/ }, 'handler'),
  },
  {
    title: 'fails with a message of several lines and unicode on one line of the log',
    send: act('raise', { name: 'OrderError', message: 'grüß\n"two"' }),
    expect: fails({ message: 'grüß\n"two"' }, 'handler', { log: { error_message: 'grüß\n"two"' } }),
  },
];
