import { afterEach, expect, test } from '@jest/globals';
import { expectNoFaults, sentEventFaults } from '../lifecycle/sent-event-faults.ts';
import { type Audit, auditByEvent, type AuditRecord, auditToAll } from './audit.ts';
import type { CloudEvent } from './cloud-event.ts';
import { Refusal } from './refusal.ts';
import { serviceAccountUser } from './sender.ts';

const event: CloudEvent = {
  id: 'e-1',
  source: '/ci',
  type: 'io.knative.lambda.command.service.delete',
  subject: undefined,
  time: undefined,
  dataContentType: undefined,
  dataSchema: undefined,
  extensions: { traceparent: '00-1-2-01', correlationid: 'c-1' },
  data: { kind: 'json', value: { secret: 'hunter2' } },
};

const record: AuditRecord = {
  sender: { kind: 'token', user: serviceAccountUser('ci', 'deployer') },
  event,
  object: 'team/hello',
  reason: 'no longer needed',
  decision: 'deleted',
};

const told: CloudEvent[] = [];
const audit = auditByEvent({
  notify: async (one) => void told.push(one),
  environment: 'dev',
  today: () => new Date('2026-01-01T12:00:00Z'),
  newId: () => 'new-id',
});

afterEach(() => {
  const data = told.map((one) => [one.type, one.data.kind === 'json' ? one.data.value : undefined] as const);
  expectNoFaults(data.flatMap(([type, value]) => sentEventFaults(type, value)));
});

test('an audit event says who did what to which object, and nothing of the data', async () => {
  await audit(record);
  expect(told.at(-1)).toMatchObject({
    id: 'new-id',
    source: '/environments/dev/receiver',
    type: 'io.knative.lambda.notification.audit.change',
    subject: 'team/hello',
    extensions: { traceparent: '00-1-2-01', correlationid: 'c-1' },
    data: {
      value: {
        action: event.type,
        resource: 'lambdafunctions',
        resourceName: 'hello',
        namespace: 'team',
        user: 'system:serviceaccount:ci:deployer',
        reason: 'no longer needed',
        details: { proof: 'token', eventId: 'e-1', eventSource: '/ci', decision: 'deleted', environment: 'dev' },
        timestamp: '2026-01-01T12:00:00.000Z',
      },
    },
  });
  expect(JSON.stringify(told)).not.toContain('hunter2');
});

test('who may not is an event of access, and an agent is named as one', async () => {
  await audit({ ...record, object: 'agent team/helper', decision: 'forbidden' });
  expect(told.at(-1)).toMatchObject({
    type: 'io.knative.lambda.notification.audit.access',
    data: { value: { resource: 'lambdaagents', resourceName: 'helper', namespace: 'team' } },
  });
});

test('fails where a record may be lost', async () => {
  const [seen, lost]: [AuditRecord[], Audit] = [[], () => Promise.reject(new Refusal('dependency_unavailable', 'no'))];
  await expect(auditToAll(async (one) => void seen.push(one), lost)(record)).rejects.toThrow('no');
  expect(seen).toEqual([record]);
});
