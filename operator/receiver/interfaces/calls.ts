import { eventTypes } from '../../api/index.ts';
import type { Call, CallAnswer, CallTarget } from '../../interfaces/index.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Audit } from '../audit.ts';
import type { CloudEvent } from '../cloud-event.ts';
import type { ReceiverTelemetry } from '../receiver-telemetry.ts';
import { Refusal } from '../refusal.ts';
import type { Sender } from '../sender.ts';
import type { CallSlots } from './call-slots.ts';
import type { InterfaceName } from './interface-name.ts';
import type { CallTargetBy } from './target-call.ts';

/** Who calls, by what, and in which request. */
export interface Caller {
  readonly by: InterfaceName;
  readonly sender: Sender;
  readonly correlationId: string;
  readonly traceParent: string | undefined;
  /** Calls and events that led to this call. */
  readonly hops: number;
  /** Aborted once nobody waits for the answer. */
  readonly gone: AbortSignal;
}

/** Makes a call for somebody who may. Rejects with a Refusal where there are too many. */
export type MakeCall = (caller: Caller, call: Call) => Promise<CallAnswer>;

export interface CallsProps {
  readonly callTarget: CallTargetBy;
  readonly slots: CallSlots;
  readonly audit: Audit;
  readonly telemetry: Pick<ReceiverTelemetry, 'call'>;
  readonly clock: Clock;
}

/** Each call is a line of the audit log, and counted by how it ended. */
export function callsBy({ audit, callTarget, clock, slots, telemetry }: CallsProps): MakeCall {
  return async (caller, call) => {
    const { by, gone, sender } = caller;
    const event = toEvent(caller, call);
    const startedAt = clock.now();
    let decision = 'failed';
    try {
      const answer = await slots.hold(sender.user.username, () => callTarget(call.target, event, gone));
      decision = answer.kind;
      return answer;
    } catch (error) {
      decision = gone.aborted ? 'abandoned' : error instanceof Refusal ? error.reason : 'failed';
      throw error;
    } finally {
      const { kind, name, namespace } = call.target;
      await audit({ sender, event, object: `${kind} ${namespace}/${name}`, reason: '', decision });
      telemetry.call(by, decision === 'answered' ? 'success' : 'failed', startedAt);
    }
  };
}

/** Who calls twice with one id means the same call, and nobody else's. */
function toEvent(caller: Caller, { data, id, target }: Call): CloudEvent {
  const { by, correlationId, hops, sender, traceParent } = caller;
  return {
    id,
    source: `/${by}/${encodeURIComponent(sender.user.username)}`,
    type: eventTypes.invokeSync,
    subject: subjectOf(target),
    time: undefined,
    dataContentType: 'application/json',
    dataSchema: undefined,
    extensions: {
      correlationid: correlationId,
      hopcount: String(hops + 1),
      ...(traceParent === undefined ? {} : { traceparent: traceParent }),
    },
    data: { kind: 'json', value: data },
  };
}

const subjectOf = ({ name, namespace }: CallTarget): string => `${namespace}/${name}`;
