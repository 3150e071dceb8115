import { createHash } from 'node:crypto';
import { z } from 'zod';
import { notificationTypes } from '../api/index.ts';
import type { CloudEvent } from './cloud-event.ts';
import { parseJson } from './json-text.ts';
import { Refusal } from './refusal.ts';

/** Where Alertmanager sends to, which sends no CloudEvents. */
export const alertRoute = '/alerts';

const texts = z.record(z.string(), z.string());

/** What its webhook sends (Alertmanager, configuration, webhook_config, version 4); of it, what is told on. */
const webhookSchema = z.looseObject({
  version: z.literal('4'),
  alerts: z
    .array(
      z.looseObject({
        status: z.enum(['firing', 'resolved']),
        labels: texts,
        annotations: texts,
        startsAt: z.iso.datetime({ offset: true }),
        endsAt: z.iso.datetime({ offset: true }),
        fingerprint: z.string().min(1).max(64),
      }),
    )
    .max(1000),
});

/** Of a body that is wrong all over. */
const shownFaults = 20;

type Alert = z.output<typeof webhookSchema>['alerts'][number];

/**
 * An event for each alert that fires or is resolved. Alertmanager tells of a whole group whenever one of it changes: the
 * same alert in the same state is the same event.
 * @throws Refusal for a body that no Alertmanager sends
 */
export function parseAlerts(body: Buffer): readonly CloudEvent[] {
  const parsed = webhookSchema.safeParse(parseJson(body, ''));
  if (parsed.success) return parsed.data.alerts.map(toEvent);
  const faults = parsed.error.issues
    .slice(0, shownFaults)
    .map(({ message, path }) => ({ pointer: `/${path.join('/')}`, message }));
  throw new Refusal('schema_validation_failed', 'the body is no notification of Alertmanager', { faults });
}

function toEvent({ annotations, endsAt, fingerprint, labels, startsAt, status }: Alert): CloudEvent {
  const { alertname = 'unnamed', severity = 'info' } = labels;
  const { description = '', summary = '' } = annotations;
  const ended = status === 'resolved' ? { endsAt } : {};
  const told = { alertName: alertname, severity, status, summary, description };
  return {
    id: createHash('sha256').update(`${fingerprint} ${startsAt} ${status}`).digest('hex').slice(0, 32),
    source: alertRoute,
    type: typeOf(severity),
    subject: alertname,
    time: status === 'resolved' ? endsAt : startsAt,
    dataContentType: 'application/json',
    dataSchema: undefined,
    extensions: {},
    data: { kind: 'json', value: { ...told, labels, annotations, startsAt, ...ended, fingerprint } },
  };
}

/** What is neither critical nor a warning informs. */
function typeOf(severity: string): string {
  switch (severity) {
    case 'critical':
      return notificationTypes.criticalAlert;
    case 'warning':
      return notificationTypes.warningAlert;
    default:
      return notificationTypes.infoAlert;
  }
}
