import { createHash } from 'node:crypto';
import { uploadEventType } from '../api/index.ts';
import type { Decoded, HttpMessage } from './decode.ts';
import { parseJson } from './json-text.ts';

/** Where object stores send their own notifications to, which are no CloudEvents. */
export const notificationRoute = '/notifications/s3';

/**
 * The event that a notification of an object store stands for; it comes again with the same id, its body being the same.
 * @throws Refusal for a body that is no JSON
 */
export function decodeNotification({ body }: HttpMessage): Decoded {
  const value = parseJson(body, '');
  return {
    kind: 'one',
    event: {
      id: createHash('sha256').update(body).digest('hex').slice(0, 32),
      source: notificationRoute,
      type: uploadEventType,
      subject: undefined,
      time: undefined,
      dataContentType: 'application/json',
      dataSchema: undefined,
      extensions: {},
      data: { kind: 'json', value },
    },
  };
}
