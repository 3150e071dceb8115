import { keyOf, type ObjectId, type Objects, type PreviewObject } from '../object.ts';
import { type Change, compareValues, similarity } from './difference.ts';
import { fieldNames } from './path.ts';
import { type Fields, isFields, textOf } from './value.ts';

/** What became of one object. */
export type ObjectChange =
  | { readonly kind: 'added'; readonly id: ObjectId; readonly head: Fields }
  | { readonly kind: 'removed'; readonly id: ObjectId; readonly base: Fields }
  | Modified
  | (Omit<Modified, 'kind'> & { readonly kind: 'renamed'; readonly from: ObjectId });

interface Modified {
  readonly kind: 'changed';
  readonly id: ObjectId;
  readonly base: Fields;
  readonly head: Fields;
  readonly changes: readonly Change[];
}

/** Objects at least this alike are one object under a new name. */
const sameObject = 0.8;

const isSecret = ({ engine, apiGroup, kind }: ObjectId): boolean =>
  engine === 'cluster' && ((kind === 'Secret' && apiGroup === '') || kind === 'SealedSecret');

const secretFields = /^(data|stringData|spec\.encryptedData)(\.|$)|last-applied-configuration$/;

/** What stands where a value of a Secret would. */
const concealed = '(not shown)';

function concealAll(value: unknown): unknown {
  return isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, concealAll(inner)]))
    : concealed;
}

/** An object without the values of a Secret: their names stay. */
function concealSecret({ id, value }: PreviewObject): Fields {
  if (!isSecret(id)) return value;
  const kept = Object.entries(value).filter(([name]) => ['apiVersion', 'kind', 'type'].includes(name));
  const hidden = Object.entries(value).filter(([name]) => ['data', 'stringData', 'spec'].includes(name));
  const metadata = { name: textOf(value, 'metadata', 'name'), namespace: textOf(value, 'metadata', 'namespace') };
  return Object.fromEntries([
    ...kept,
    ['metadata', metadata],
    ...hidden.map(([name, inner]) => [name, concealAll(inner)]),
  ]);
}

function concealChange(change: Change): Change {
  if (!secretFields.test(fieldNames(change.path))) return change;
  switch (change.op) {
    case 'add':
      return { ...change, head: concealed };
    case 'remove':
      return { ...change, base: concealed };
    case 'replace':
      return { ...change, base: concealed, head: concealed };
  }
}

function compareObjects(base: PreviewObject, head: PreviewObject): readonly Change[] {
  const changes = compareValues(textOf(head.value, 'apiVersion'), base.value, head.value);
  return isSecret(head.id) ? changes.map(concealChange) : changes;
}

const withoutMetadata = ({ value }: PreviewObject): Fields =>
  Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'metadata'));

/** Pairs of a removed and an added object that are one, best first; each is in one pair at most. */
function findRenames(
  removed: readonly PreviewObject[],
  added: readonly PreviewObject[],
): readonly (readonly [PreviewObject, PreviewObject])[] {
  const candidates = removed.flatMap((base) =>
    added
      .filter(({ id }) => id.kind === base.id.kind && id.apiGroup === base.id.apiGroup && !isSecret(id))
      .map((head) => ({ base, head, alike: similarity(withoutMetadata(base), withoutMetadata(head)) }))
      .filter(({ alike }) => alike >= sameObject),
  );
  const taken = new Set<PreviewObject>();
  return candidates
    .toSorted((one, other) => other.alike - one.alike)
    .flatMap(({ base, head }): readonly (readonly [PreviewObject, PreviewObject])[] => {
      if (taken.has(base) || taken.has(head)) return [];
      taken.add(base).add(head);
      return [[base, head]];
    });
}

const byKey = (one: PreviewObject, other: PreviewObject): number => (keyOf(one.id) < keyOf(other.id) ? -1 : 1);

const rank = { removed: 0, renamed: 1, changed: 2, added: 3 } as const satisfies Record<ObjectChange['kind'], number>;

function inOrder(one: ObjectChange, other: ObjectChange): number {
  return rank[one.kind] - rank[other.kind] || (keyOf(one.id) < keyOf(other.id) ? -1 : 1);
}

/** What became of the objects of one scope, matched by kind, namespace and name; renames are found by similarity. */
export function compareScopes(base: Objects, head: Objects): readonly ObjectChange[] {
  const removed = [...base].flatMap(([key, object]) => (head.has(key) ? [] : [object])).toSorted(byKey);
  const added = [...head].flatMap(([key, object]) => (base.has(key) ? [] : [object])).toSorted(byKey);
  const renames = findRenames(removed, added);
  const renamed = new Set(renames.flat());
  const common = [...head].flatMap(([key, object]): readonly ObjectChange[] => {
    const before = base.get(key);
    if (before === undefined || before.value === object.value) return [];
    const changes = compareObjects(before, object);
    return changes.length === 0
      ? []
      : [{ kind: 'changed', id: object.id, base: concealSecret(before), head: concealSecret(object), changes }];
  });
  return [
    ...removed
      .filter((object) => !renamed.has(object))
      .map((object): ObjectChange => ({ kind: 'removed', id: object.id, base: concealSecret(object) })),
    ...renames.map(([before, object]): ObjectChange => ({
      kind: 'renamed',
      id: object.id,
      from: before.id,
      base: before.value,
      head: object.value,
      changes: compareObjects(before, object),
    })),
    ...common,
    ...added
      .filter((object) => !renamed.has(object))
      .map((object): ObjectChange => ({ kind: 'added', id: object.id, head: concealSecret(object) })),
  ].toSorted(inOrder);
}
