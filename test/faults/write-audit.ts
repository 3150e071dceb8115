import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { RecordedLease, RecordedWrite } from './tenure.ts';

/** Audit policy that records every write of the operator with its content, and nothing else. */
export const writeAuditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    {
      level: 'Request',
      verbs: ['create', 'update', 'patch'],
      resources: [
        { group: '', resources: ['configmaps'] },
        { group: 'example.com', resources: ['notes/status'] },
        { group: 'coordination.k8s.io', resources: ['leases'] },
      ],
    },
    { level: 'None' },
  ],
} as const;

const time = z.iso.datetime({ precision: 6 }).transform((text) => Date.parse(text) * 1000 + Number(text.slice(23, 26)));

const eventSchema = z.looseObject({
  userAgent: z.string().default(''),
  verb: z.string(),
  objectRef: z.looseObject({ resource: z.string(), namespace: z.string(), name: z.string().optional() }),
  responseStatus: z.looseObject({ code: z.number().default(0) }).default({ code: 0 }),
  requestObject: z
    .looseObject({
      metadata: z
        .looseObject({
          name: z.string().optional(),
          ownerReferences: z.array(z.looseObject({ uid: z.string() })).default([]),
        })
        .default({ ownerReferences: [] }),
      spec: z.looseObject({ holderIdentity: z.string().default('') }).default({ holderIdentity: '' }),
    })
    .optional(),
  requestReceivedTimestamp: time,
  stageTimestamp: time,
});

export interface WriteAudit {
  readonly writes: readonly RecordedWrite[];
  readonly leases: readonly RecordedLease[];
  /** Owners in the order in which an object was created for them. */
  readonly createdFor: readonly string[];
}

/** What processes whose user agent is in `senders` have written in a namespace, as far as the API server carried it out. */
export function readWriteAudit(path: string, namespace: string, senders: ReadonlySet<string>): WriteAudit {
  const events = readFileSync(path, 'utf8')
    .split('\n')
    // the last line may be half written
    .slice(0, -1)
    .map((line) => eventSchema.parse(JSON.parse(line)))
    .filter(({ objectRef, userAgent }) => objectRef.namespace === namespace && senders.has(userAgent))
    .filter(({ responseStatus }) => responseStatus.code >= 200 && responseStatus.code < 300)
    .map((event) => ({
      ...event,
      sender: event.userAgent,
      receivedAt: event.requestReceivedTimestamp,
      doneAt: event.stageTimestamp,
    }));
  const ofLease = (event: (typeof events)[number]): boolean => event.objectRef.resource === 'leases';
  const writes = events.filter((event) => !ofLease(event));
  return {
    leases: events
      .filter(ofLease)
      .map((event) => ({ ...event, holder: event.requestObject?.spec.holderIdentity ?? '' })),
    writes: writes.map((event) => ({
      ...event,
      what: `${event.verb} ${event.objectRef.resource} ${event.requestObject?.metadata.name ?? event.objectRef.name}`,
    })),
    createdFor: writes
      .filter(({ verb, objectRef }) => verb === 'create' && objectRef.resource === 'configmaps')
      .flatMap(({ requestObject }) => requestObject?.metadata.ownerReferences.map(({ uid }) => uid) ?? []),
  };
}
