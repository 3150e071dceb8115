import { type Case, fails, refuses, returns, timesOut } from '../expectation.ts';
import { act, binary, typeOf } from '../request.ts';

/** Environment of the wrapper that these cases are sent to. */
export const limitedEnvironment = {
  TIMEOUT_SECONDS: '0.4',
  MAX_BODY_BYTES: '1000',
  BODY_TIMEOUT_SECONDS: '0.4',
  MAX_HOPS: '2',
} as const;

const bytes = (length: number, framing: 'length' | 'chunked') =>
  binary({ type: typeOf('size'), contentType: 'application/octet-stream', body: new Uint8Array(length), framing });

const tooLarge = refuses('BodyTooLarge', {
  headers: { connection: 'close', 'kne-errorcode': 'BodyTooLarge', 'kne-errorretryable': 'false' },
});

export const limits: readonly Case[] = [
  { title: 'a body of the largest size is taken', send: bytes(1000, 'length'), expect: returns(1000) },
  { title: 'a chunked body of the largest size is taken', send: bytes(1000, 'chunked'), expect: returns(1000) },
  { title: 'fails on a body one byte too large', send: bytes(1001, 'length'), expect: tooLarge },
  { title: 'fails on a chunked body one byte too large', send: bytes(1001, 'chunked'), expect: tooLarge },
  { title: 'a handler that ends in time is answered', send: act('sleep', { ms: 50 }), expect: returns('slept') },
  { title: 'fails with a timeout when a handler sleeps too long', send: act('sleep', { ms: 700 }), expect: timesOut() },
  { title: 'fails with a timeout when an async handler never returns', send: act('hang'), expect: timesOut() },
  {
    title: 'a handler hears of its deadline',
    send: act('untilsignal'),
    expect: timesOut({ log: { msg: 'heard of the deadline', level: 'info' } }),
  },
  {
    title: 'fails on an event at the hop limit that is set',
    send: binary({ type: typeOf('nothing'), attributes: { hopcount: '2' } }),
    expect: refuses('HopLimitExceeded'),
  },
  {
    title: 'fails with its own error just before the deadline',
    send: act('raise', { name: 'OrderError', message: 'in time' }),
    expect: fails({ code: 'OrderError' }, 'handler'),
  },
];
