import * as fc from 'fast-check';

type Header = readonly [name: string, value: string];

/** A request to a function, mostly a broken one. */
export interface RandomRequest {
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

/** `make fuzz` sets it; else a test runs as many cases as a unit test may. */
const fuzzSeconds = Number(process.env['FUZZ_SECONDS'] ?? '0');

export const fuzzing = {
  seconds: fuzzSeconds,
  timeoutMs: (fuzzSeconds + 60) * 1000,
  runs:
    fuzzSeconds === 0
      ? { numRuns: 300 }
      : {
          numRuns: Number.MAX_SAFE_INTEGER,
          interruptAfterTimeLimit: fuzzSeconds * 1000,
          markInterruptAsFailure: false,
        },
};

const contentType = fc.oneof(
  fc.constantFrom(
    'application/json',
    'application/cloudevents+json',
    'application/cloudevents-batch+json; charset=utf-8',
    'text/plain; charset="utf-8"',
    'application/octet-stream',
    'application/cloudevents+xml',
  ),
  fc.string(),
);

const headerName = fc.oneof(
  fc.constantFrom('ce-id', 'ce-source', 'ce-type', 'ce-specversion', 'Ce-Time', 'ce-tenant', 'content-encoding'),
  fc.string(),
);

const headers = fc.array(
  fc.tuple(headerName, fc.oneof(fc.constantFrom('1.0', '%', '%C3', '%C3%A9', '""', '"\\'), fc.string())),
  { maxLength: 12 },
);

/** What must be there, so that more than the first check is reached. */
const whole = fc.constantFrom<readonly Header[]>(
  [],
  [
    ['ce-specversion', '1.0'],
    ['ce-id', '1'],
    ['ce-source', 's'],
    ['ce-type', 't'],
  ],
);

const event = fc.record(
  {
    specversion: fc.constantFrom('1.0', '0.3', 1),
    id: fc.oneof(fc.string(), fc.integer()),
    source: fc.string(),
    type: fc.string(),
    time: fc.oneof(fc.string(), fc.constant(null)),
    datacontenttype: contentType,
    data: fc.jsonValue(),
    data_base64: fc.oneof(fc.base64String(), fc.string()),
    tenant: fc.jsonValue(),
    __proto__: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

const body = fc.oneof(
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  event.map((value) => Buffer.from(JSON.stringify(value))),
  fc.array(event).map((value) => Buffer.from(JSON.stringify(value))),
);

export const randomRequest: fc.Arbitrary<RandomRequest> = fc
  .record({ contentType, whole, others: headers, body })
  .map((parts) => ({
    headers: [['Content-Type', parts.contentType], ...parts.whole, ...parts.others],
    body: parts.body,
  }));
