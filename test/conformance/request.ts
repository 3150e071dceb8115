/** A request as it goes on the wire: nothing is added but Host, and Content-Length where there is a body. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  /** How the body is framed; `none`: as the headers say. */
  readonly framing: 'length' | 'chunked' | 'none';
}

/** What a case sends; the id is that of its event, and different for each case. */
export type RequestOf = (id: string) => WireRequest;

export type Header = readonly [name: string, value: string];

interface BinaryEvent {
  readonly type: string;
  /** Default application/json; null: no such header. */
  readonly contentType?: string | null;
  readonly body?: string | Uint8Array;
  /** Further headers, after those of the event. */
  readonly headers?: readonly Header[];
  /** Attributes instead of the usual ones; null: no such header. */
  readonly attributes?: Readonly<Record<string, string | null>>;
  readonly framing?: WireRequest['framing'];
}

const encode = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? new TextEncoder().encode(body) : body;

const post = {
  method: 'POST',
  path: '/',
  headers: [],
  body: new Uint8Array(),
  framing: 'length',
} as const satisfies WireRequest;

/** Type of the event that makes the function of the suite do something. */
export const typeOf = (name: string): string => `conformance.${name}`;

const usualAttributes = (id: string, type: string): Record<string, string | null> => ({
  specversion: '1.0',
  id,
  source: '/conformance',
  type,
});

/** An event in binary mode. */
export function binary(event: BinaryEvent): RequestOf {
  const { type, contentType = 'application/json', body = '', headers = [], attributes = {} } = event;
  return (id) => {
    const merged = { ...usualAttributes(id, type), ...attributes };
    const eventHeaders = Object.entries(merged).flatMap(([name, value]): Header[] =>
      value === null ? [] : [[`ce-${name}`, value]],
    );
    const typeHeaders: Header[] = contentType === null ? [] : [['content-type', contentType]];
    return {
      ...post,
      headers: [...typeHeaders, ...eventHeaders, ...headers],
      body: encode(body),
      framing: event.framing ?? 'length',
    };
  };
}

/** What the function of the suite does with JSON data, in binary mode. */
export function act(name: string, data: unknown = {}): RequestOf {
  return binary({ type: typeOf(name), body: JSON.stringify(data) });
}

type Members = Readonly<Record<string, unknown>>;

/** Members of an event in JSON format; undefined takes one of the usual ones away. */
const jsonEvent = (id: string, name: string, members: Members): Members => ({
  ...usualAttributes(id, typeOf(name)),
  ...members,
});

interface StructuredOptions {
  readonly contentType?: string;
  readonly headers?: readonly Header[];
}

/** An event in structured mode. */
export function structured(name: string, members: Members, options: StructuredOptions = {}): RequestOf {
  const { contentType = 'application/cloudevents+json', headers = [] } = options;
  return (id) => ({
    ...post,
    headers: [['content-type', contentType], ...headers],
    body: encode(JSON.stringify(jsonEvent(id, name, members))),
  });
}

/** A batch; the ids of its events end in -0, -1, … */
export function batch(events: readonly { readonly name: string; readonly members: Members }[]): RequestOf {
  return (id) => ({
    ...post,
    headers: [['content-type', 'application/cloudevents-batch+json']],
    body: encode(JSON.stringify(events.map(({ name, members }, index) => jsonEvent(`${id}-${index}`, name, members)))),
  });
}

/** A request that is no event, or one that no client would send. */
export function wire(request: Partial<Omit<WireRequest, 'body'>> & { readonly body?: string | Uint8Array }): RequestOf {
  return () => ({ ...post, ...request, body: encode(request.body ?? '') });
}
