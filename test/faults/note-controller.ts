import type { ApplyConfiguration, KubeClient } from '../../operator/kube/client.ts';
import type { Clock } from '../../operator/kube/clock.ts';
import type { Informer } from '../../operator/kube/informer.ts';
import { Controller } from '../../operator/reconcile/controller.ts';
import { deleteLeftover } from '../../operator/reconcile/leftover.ts';
import { done, type Outcome } from '../../operator/reconcile/outcome.ts';
import type { ReconcileContext } from '../../operator/reconcile/pass.ts';
import { generationChanged } from '../../operator/reconcile/predicates.ts';
import { watchOwn, watchOwned } from '../../operator/reconcile/watches.ts';
import { type ConfigMap, configMaps, type Note, notes } from './note.ts';

export interface NoteControllerProps {
  readonly client: KubeClient;
  readonly notes: Informer<Note>;
  readonly copies: Informer<ConfigMap>;
  readonly clock: Clock;
  /** Name of a copy that is to be made. One that is never the same shows whoever makes a second. */
  nameCopy(this: void, note: Note): string;
  /** Told of a pass that failed; it is tried again. */
  failed(this: void, key: string, error: unknown): void;
  /** Told at the end of every pass with the Note that it saw, undefined where it was gone. */
  passed(this: void, key: string, note: Note | undefined): void;
}

const ownerIndex = 'owner';
const fieldManager = 'note-operator';
const timeoutMs = 30_000;

/** Keeps one ConfigMap with the text of each Note, and says in the Note's status which text that is. */
export function buildNoteController(props: NoteControllerProps): Controller {
  props.copies.addIndex(ownerIndex, ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid));
  return new Controller({
    name: 'notes',
    workers: 8,
    timeoutMs,
    clock: props.clock,
    random: Math.random,
    observer: {
      reconciled: (_controller, _result, _seconds, { key, error }) => {
        if (error !== undefined) props.failed(key, error);
      },
      active: () => {},
    },
    watches: [watchOwn(props.notes, generationChanged), watchOwned(props.copies, notes)],
    reconcile: (key, context) => reconcileNote(key, context, props),
  });
}

async function reconcileNote(key: string, context: ReconcileContext, props: NoteControllerProps): Promise<Outcome> {
  const { signal } = context;
  const note = props.notes.cache.get(key);
  await deleteFormerCopy(key, note, props, signal);
  if (note !== undefined) {
    await reconcileCopy(note, context, props);
    if (note.status?.text !== note.spec.text) {
      const { name, namespace } = note.metadata;
      const status = { metadata: { name, namespace }, status: { text: note.spec.text } };
      await props.client.applyStatus(notes, status, { fieldManager, force: true, signal });
    }
  }
  props.passed(key, note);
  return done;
}

async function reconcileCopy(note: Note, context: ReconcileContext, props: NoteControllerProps): Promise<void> {
  const { client, copies, nameCopy } = props;
  const { signal } = context;
  const [copy] = copies.cache.byIndex(ownerIndex, note.metadata.uid);
  if (copy === undefined) {
    const object = buildCopy(note, nameCopy(note));
    const { namespace, name } = object.metadata;
    // the copy of a Note of the same name that is gone: the end of it brings the next pass
    if (copies.cache.get(`${namespace}/${name}`) !== undefined) return;
    await context.creating(`${copies.name} ${namespace}/${name}`, () =>
      client.create(configMaps, object, { fieldManager, signal }),
    );
  } else if (copy.data?.['text'] !== note.spec.text) {
    const object = buildCopy(note, copy.metadata.name);
    await client.apply(configMaps, object, { fieldManager, force: true, signal });
  }
}

/** Deletes the copy of a Note that is gone, whose name another one may have now. */
async function deleteFormerCopy(
  key: string,
  note: Note | undefined,
  { client, copies }: NoteControllerProps,
  signal: AbortSignal,
): Promise<void> {
  const copy = copies.cache.get(key);
  const [owner] = copy?.metadata.ownerReferences ?? [];
  const presentUid = note?.metadata.uid;
  if (copy === undefined || owner === undefined || owner.uid === presentUid) return;
  const former = { resource: notes, name: owner.name, namespace: copy.metadata.namespace ?? '' };
  await deleteLeftover(client, { resource: configMaps, child: copy, owner: former, presentUid }, signal);
}

function buildCopy({ metadata, spec }: Note, name: string): ApplyConfiguration<ConfigMap> {
  const owner = {
    apiVersion: `${notes.group}/${notes.version}`,
    kind: notes.kind,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
  };
  return {
    metadata: { name, namespace: metadata.namespace, ownerReferences: [owner] },
    data: { text: spec.text },
  };
}
