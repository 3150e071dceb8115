import { notificationTypes } from '../../operator/api/index.ts';
import { markdownTable } from './markdown-table.ts';

type Row = readonly [when: string, data: string];

const alert = 'alertName, severity, status, summary, description, labels, annotations, startsAt, endsAt, fingerprint';
const audit = 'action, resource, resourceName, namespace, user, reason, details, timestamp';

const order = 'namespace, eventId, eventSource, dryRun';

const rows: Readonly<Record<keyof typeof notificationTypes, Row>> = {
  criticalAlert: ['an alert of severity critical fires or is resolved', alert],
  warningAlert: ['one of severity warning', alert],
  infoAlert: ['one of any other severity, or of none', alert],
  auditAccess: ['a command was forbidden', audit],
  auditChange: ['a command was carried out, or refused for another reason', audit],
  replayedLetters: [
    'an event asked for a replay of dead letters',
    `${order}, letters, next, total, replayed, duplicates, undecodable, failed, held`,
  ],
  purgedLetters: ['an event asked for a purge of dead letters', `${order}, purged, left`],
};

const table = (): string =>
  markdownTable(
    ['Type', 'When', 'Data'],
    Object.entries(rows).map(([name, [when, data]]) => [
      new Map(Object.entries(notificationTypes)).get(name) ?? '',
      when,
      data,
    ]),
  );

/** What the receiver itself tells of. */
export const renderNotifications = (): string => `## What the receiver sends

To the Broker \`lambda-broker\` of the receiver's default namespace, in structured mode.

${table()}
\`POST /alerts\` takes what Alertmanager's webhook sends (version 4) from whoever may \`create\` \`lambdafunctions/alerts\` in that
namespace. Alertmanager tells of a whole group whenever one of it changes: the same alert (fingerprint and \`startsAt\`) in the same
state is told once, and after a restart again with the same \`id\`. Audit events are on where \`features.auditEvents\` says so;
the log has each record in any case.

Whoever sends hears that a notification was taken once the Broker has it or, where the Broker does not answer, once it is a dead
letter, which is sent again by itself. Where neither takes it the answer is 503: a command that had its effect by then is a
duplicate when it comes again.
`;
