import { request, type Dispatcher } from 'undici';

export interface ApiResponse<T = unknown> {
  readonly status: number;
  readonly body: T;
  /** Texts of the `Warning` headers. */
  readonly warnings: readonly string[];
}

export interface Transport {
  readonly url: string;
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

export interface ApiRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  /** An object is sent as JSON. */
  readonly body?: object | string | undefined;
  /** Default `application/json`. */
  readonly contentType?: string | undefined;
}

export async function sendRequest(transport: Transport, sent: ApiRequest): Promise<ApiResponse> {
  const body = typeof sent.body === 'object' ? JSON.stringify(sent.body) : sent.body;
  const contentHeaders = body === undefined ? {} : { 'content-type': sent.contentType ?? 'application/json' };
  const response = await request(`${transport.url}${sent.path}`, {
    method: sent.method,
    dispatcher: transport.dispatcher,
    headers: { ...transport.headers, ...contentHeaders, accept: 'application/json' },
    body: body ?? null,
  });
  const text = await response.body.text();
  const isJson = [response.headers['content-type']].flat().some((type) => type?.startsWith('application/json'));
  const parsed: unknown = isJson ? JSON.parse(text) : text;
  return { status: response.statusCode, body: parsed, warnings: parseWarnings(response.headers['warning']) };
}

/** `299 - "text", 299 - "other"`: a code, an agent and a quoted text each. */
function parseWarnings(header: string | string[] | undefined): readonly string[] {
  const matches = [header ?? []].flat().flatMap((line) => [...line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)]);
  return matches.map((match) => (match[1] ?? '').replaceAll(/\\(.)/g, '$1'));
}
