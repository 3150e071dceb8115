import { z } from 'zod';
import type { ApiClient } from '../cluster/api-client.ts';
import { notes } from './note.ts';

const metadataSchema = z.looseObject({
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number().default(0),
  ownerReferences: z.array(z.looseObject({ kind: z.string(), uid: z.string() })).default([]),
});

const noteListSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: metadataSchema,
      spec: z.looseObject({ text: z.string() }),
      status: z.looseObject({ text: z.string().optional() }).default({}),
    }),
  ),
});

const configMapListSchema = z.looseObject({
  items: z.array(z.looseObject({ metadata: metadataSchema, data: z.record(z.string(), z.string()).default({}) })),
});

/** What the API server holds, read past every proxy and cache. */
export interface NoteState {
  readonly notes: z.output<typeof noteListSchema>['items'];
  readonly configMaps: z.output<typeof configMapListSchema>['items'];
}

export async function readNoteState(admin: ApiClient, namespace: string): Promise<NoteState> {
  const [noteList, configMapList] = await Promise.all([
    admin.request('GET', `/apis/${notes.group}/${notes.version}/namespaces/${namespace}/${notes.plural}`),
    admin.request('GET', `/api/v1/namespaces/${namespace}/configmaps`),
  ]);
  return {
    notes: noteListSchema.parse(noteList.body).items,
    configMaps: configMapListSchema.parse(configMapList.body).items,
  };
}

/** One line for each Note that is not what its user wants, or that has not exactly one copy of its own with its text. */
export function unlikeWanted(
  { notes: found, configMaps }: NoteState,
  texts: ReadonlyMap<string, string>,
): readonly string[] {
  const names = new Set(found.map(({ metadata }) => metadata.name));
  const missing = [...texts.keys()].filter((name) => !names.has(name)).map((name) => `${name}: is not there`);
  const owners = new Set(found.map(({ metadata }) => metadata.uid));
  const copies = configMaps.filter(({ metadata }) => metadata.ownerReferences.some(({ kind }) => kind === notes.kind));
  const orphans = copies
    .filter(({ metadata }) => !metadata.ownerReferences.some(({ uid }) => owners.has(uid)))
    .map(({ metadata }) => `copy ${metadata.name}: its Note is gone`);
  const wrong = found.flatMap(({ metadata: { name, uid }, spec, status }) => {
    const own = copies.filter(({ metadata }) => metadata.ownerReferences.some((owner) => owner.uid === uid));
    const shown = { user: texts.get(name), copies: own.map(({ data }) => data['text']), status: status.text };
    const expected = { user: spec.text, copies: [spec.text], status: spec.text };
    return JSON.stringify(shown) === JSON.stringify(expected)
      ? []
      : [`${name}: got ${JSON.stringify(shown)}, expected ${JSON.stringify(expected)}`];
  });
  return [...missing, ...orphans, ...wrong];
}
