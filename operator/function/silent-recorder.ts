import type { EventRecorder } from '../reconcile/event-recorder.ts';

/** For tests: nobody is told. */
export const silentRecorder: Pick<EventRecorder, 'record'> = { record: () => undefined };
