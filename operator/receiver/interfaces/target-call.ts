import { type CallAnswer, type CallTarget, readAnswer } from '../../interfaces/index.ts';
import { OriginPools } from '../../origin-pools.ts';
import { readAtMost } from '../../read-at-most.ts';
import { toEventJson } from '../event-json.ts';
import type { CloudEvent } from '../cloud-event.ts';

/** Hands an event to a target and waits for what it says. Rejects where nobody waits any more. */
export type CallTargetBy = (target: CallTarget, event: CloudEvent, gone: AbortSignal) => Promise<CallAnswer>;

export interface TargetCallProps {
  /** Until an answer is there; a target that sleeps starts in that time. */
  readonly timeoutMs: number;
  /** Default {@link targetAddress}. */
  readonly addressOf?: (target: CallTarget) => string;
}

/** Address that Knative gives a service inside the cluster: serving, pkg/reconciler/route/resources/names. */
const targetAddress = ({ name, namespace }: CallTarget): string => `http://${name}.${namespace}.svc.cluster.local/`;

const mostAnswerBytes = 4_194_304;

/** Calls targets through the gateway of Knative, which wakes them. */
export function callTargets({ addressOf = targetAddress, timeoutMs }: TargetCallProps): CallTargetBy {
  // the signal ends what takes too long
  const pools = new OriginPools(0);
  return async (target, event, gone) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const { origin, pathname } = new URL(addressOf(target));
      const { body, headers, statusCode } = await pools.of(origin).request({
        method: 'POST',
        path: pathname,
        headers: { 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify(toEventJson(event)),
        signal: AbortSignal.any([gone, timeout]),
      });
      const bytes = await readAtMost(mostAnswerBytes, body);
      if (bytes === undefined) return { kind: 'failed', message: `its answer is above ${mostAnswerBytes} bytes` };
      return readAnswer({ status: statusCode, headers, body: bytes });
    } catch (error) {
      gone.throwIfAborted();
      const message = timeout.aborted ? `it does not answer within ${timeoutMs / 1000} s` : 'it cannot be reached';
      if (timeout.aborted || isFromNetwork(error)) return { kind: 'failed', message };
      throw error;
    }
  };
}

const isFromNetwork = (error: unknown): boolean => error instanceof Error && 'code' in error;
