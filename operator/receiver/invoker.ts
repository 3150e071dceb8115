import type { CloudEvent } from './cloud-event.ts';
import type { FunctionReference } from './command.ts';

/** Hands an invocation to its function; resolves once it is taken. Rejects with a Refusal. */
export type Invoke = (wait: 'sync' | 'async', event: CloudEvent, target: FunctionReference) => Promise<void>;
