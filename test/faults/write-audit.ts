import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { RecordedLease, RecordedWrite } from './tenure.ts';

/** Audit policy that records every write of the operator with its content, what anybody removes, and nothing else. */
export const writeAuditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    { level: 'Metadata', verbs: ['delete'], resources: [{ group: '', resources: ['configmaps'] }] },
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

/** A copy that was made. */
export interface RecordedCreation extends RecordedWrite {
  /** uid of the Note that it belongs to. */
  readonly owner: string;
  /** When it was asked to be removed, as its Note is gone; Infinity while it is there. */
  readonly removedAt: number;
}

export interface WriteAudit {
  readonly writes: readonly RecordedWrite[];
  readonly leases: readonly RecordedLease[];
  readonly creations: readonly RecordedCreation[];
}

/** What processes whose user agent is in `senders` have written in a namespace, as far as the API server carried it out. */
export function readWriteAudit(path: string, namespace: string, senders: ReadonlySet<string>): WriteAudit {
  const all = readFileSync(path, 'utf8')
    .split('\n')
    // the last line may be half written
    .slice(0, -1)
    .map((line) => eventSchema.parse(JSON.parse(line)))
    .filter(({ objectRef, responseStatus }) => objectRef.namespace === namespace && isSuccess(responseStatus.code));
  const removedAt = new Map(
    all
      .filter(({ verb }) => verb === 'delete')
      .map(({ objectRef, requestReceivedTimestamp }) => [objectRef.name, requestReceivedTimestamp]),
  );
  const events = all
    .filter(({ userAgent }) => senders.has(userAgent))
    .map((event) => ({
      ...event,
      sender: event.userAgent,
      receivedAt: event.requestReceivedTimestamp,
      doneAt: event.stageTimestamp,
    }));
  const writes = events
    .filter(({ objectRef }) => objectRef.resource !== 'leases')
    .map((event) => ({
      ...event,
      what: `${event.verb} ${event.objectRef.resource} ${event.requestObject?.metadata.name ?? event.objectRef.name}`,
    }));
  return {
    writes,
    leases: events
      .filter(({ objectRef }) => objectRef.resource === 'leases')
      .map((event) => ({ ...event, holder: event.requestObject?.spec.holderIdentity ?? '' })),
    creations: writes
      .filter(({ verb }) => verb === 'create')
      .flatMap((write) => {
        const { name = '', ownerReferences = [] } = write.requestObject?.metadata ?? {};
        return ownerReferences.map(({ uid }) => ({ ...write, owner: uid, removedAt: removedAt.get(name) ?? Infinity }));
      }),
  };
}

const isSuccess = (code: number): boolean => code >= 200 && code < 300;
