import type { ModelApi } from './model-call.ts';

/** An answer that the meter gives itself. */
export interface OwnAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Refused {
  readonly status: 403 | 413 | 429 | 502 | 503;
  readonly message: string;
  /** Undefined where another attempt has no point. */
  readonly retryMs?: number | undefined;
}

/** A refusal as the API of the request has them, so that its client knows what to make of it. */
export function refusedCall(api: ModelApi, { message, retryMs, status }: Refused): OwnAnswer {
  const again = retryMs === undefined ? undefined : Math.ceil(retryMs / 1000);
  return {
    status,
    headers: {
      'content-type': 'application/json',
      // clients of OpenAI and Anthropic try again at once where it says nothing
      ...(again !== undefined && again <= 60 ? {} : { 'x-should-retry': 'false' }),
      ...(again === undefined ? {} : { 'retry-after': String(again) }),
    },
    body: JSON.stringify(bodyOf(api, status, message)),
  };
}

function bodyOf(api: ModelApi, status: Refused['status'], message: string): object {
  switch (api) {
    case 'openai':
    case 'responses': {
      const code = status === 429 ? 'insufficient_quota' : null;
      return { error: { message, type: openaiTypes[status], param: null, code } };
    }
    case 'anthropic':
      return { type: 'error', error: { type: anthropicTypes[status], message } };
    case 'ollama':
      return { error: message };
  }
}

const openaiTypes = {
  403: 'invalid_request_error',
  413: 'invalid_request_error',
  429: 'insufficient_quota',
  502: 'server_error',
  503: 'server_error',
} as const;

const anthropicTypes = {
  403: 'permission_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  502: 'api_error',
  503: 'api_error',
} as const;
