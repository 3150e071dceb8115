import { hashOf } from '../specs/applied-object.ts';
import { type CloudEvent, eventIdentity } from './cloud-event.ts';

/** Events that a function remembers: those that a broker still delivers again after its last retry, with room. */
export const rememberedEvents = 32;

const digits = 20;
const separator = ' ';

/** Names an event in an annotation, and asks for one build however often it comes. */
export const eventToken = (event: Pick<CloudEvent, 'source' | 'id'>): string => hashOf(eventIdentity(event), digits);

/** Whether an event of this token is among those that the annotation lists. */
export const isHandled = (list: string | undefined, token: string): boolean =>
  (list ?? '').split(separator).includes(token);

/** The list with one more, newest first; the oldest goes. */
export const withHandled = (list: string | undefined, token: string): string =>
  [token, ...(list ?? '').split(separator).filter((one) => one !== '' && one !== token)]
    .slice(0, rememberedEvents)
    .join(separator);
