import { notificationTypes } from '../api/index.ts';
import type { Log } from '../telemetry/log.ts';
import { type CloudEvent, correlationOf } from './cloud-event.ts';
import type { Notify } from './notify.ts';
import type { Sender } from './sender.ts';

/** What became of one event. */
export interface AuditRecord {
  readonly sender: Sender;
  readonly event: CloudEvent;
  /** `namespace/name` of the function; empty where the event names none. */
  readonly object: string;
  /** What the sender says why; empty where it says nothing. */
  readonly reason: string;
  /** Such as `created`, `duplicate`, or a reason of refusal. */
  readonly decision: string;
}

/** Resolves once the record cannot be lost any more. Rejects with a Refusal. */
export type Audit = (record: AuditRecord) => Promise<void>;

/** One line for each command, with who, what, object, decision, environment and trace; never the data. */
export function auditTo(log: Log, environment: string): Audit {
  const audit = log.child({ audit: true, environment });
  return async ({ decision, event, object, reason, sender }) => {
    const fields = {
      user: sender.user.username,
      proof: proofOf(sender),
      type: event.type,
      source: event.source,
      eventId: event.id,
      correlationId: correlationOf(event),
      traceParent: event.extensions['traceparent'],
      object,
      decision,
      reason,
    };
    audit.info(fields, 'command');
  };
}

export interface AuditEventsProps {
  readonly notify: Notify;
  readonly environment: string;
  readonly today: () => Date;
  readonly newId: () => string;
}

/** An event for each command: who may not is one of access, all else one of change. */
export function auditByEvent({ environment, newId, notify, today }: AuditEventsProps): Audit {
  return ({ decision, event, object, reason, sender }) => {
    const timestamp = today().toISOString();
    const parts = object.replace(/^(?:agent|function|deadletters) /, '').split('/');
    const details = { proof: proofOf(sender), eventId: event.id, eventSource: event.source, decision, environment };
    const value = {
      action: event.type,
      resource: resourceOf(object),
      resourceName: parts[1] ?? '',
      namespace: parts[0] ?? '',
      user: sender.user.username,
      reason,
      details,
      timestamp,
    };
    const traceParent = event.extensions['traceparent'];
    return notify({
      id: newId(),
      source: `/environments/${environment}/receiver`,
      type: decision === 'forbidden' ? notificationTypes.auditAccess : notificationTypes.auditChange,
      subject: object === '' ? undefined : object,
      time: timestamp,
      dataContentType: 'application/json',
      dataSchema: undefined,
      extensions: {
        correlationid: correlationOf(event),
        ...(traceParent === undefined ? {} : { traceparent: traceParent }),
      },
      data: { kind: 'json', value },
    });
  };
}

function resourceOf(object: string): string {
  if (object.startsWith('deadletters ')) return 'lambdafunctions/deadletters';
  return object.startsWith('agent ') ? 'lambdaagents' : 'lambdafunctions';
}

/** To each in turn; the log first, which cannot fail. */
export const auditToAll =
  (...audits: readonly Audit[]): Audit =>
  async (record) => {
    for (const audit of audits) await audit(record);
  };

const proofOf = (sender: Sender): string => (sender.kind === 'signature' ? `signature ${sender.keyId}` : sender.kind);
