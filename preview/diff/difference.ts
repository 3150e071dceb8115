import { isDefault } from './defaults.ts';
import { keyLists } from './merge-key.ts';
import { field, type Path } from './path.ts';
import { openPayload } from './payload.ts';
import { isSameQuantity } from './quantity.ts';
import { alignLists } from './sequence.ts';
import { canonicalText, fieldOf, type Fields, isEmpty, isFields } from './value.ts';

/** A difference at one path, with the words of RFC 6902. */
export type Change =
  | { readonly op: 'add'; readonly path: Path; readonly head: unknown }
  | { readonly op: 'remove'; readonly path: Path; readonly base: unknown }
  | { readonly op: 'replace'; readonly path: Path; readonly base: unknown; readonly head: unknown };

interface Place {
  /** `apiVersion` of the object, which decides its defaults. */
  readonly apiVersion: string;
  readonly path: Path;
}

const inside = ({ apiVersion, path }: Place, ...steps: Path): Place => ({ apiVersion, path: [...path, ...steps] });

const lastField = ({ path }: Place): string => {
  const step = path.findLast(({ kind }) => kind === 'field');
  return step?.kind === 'field' ? step.name : '';
};

/** Fields that mean the same when they are empty and when they are left out; an empty selector, for one, does not. */
const emptiable =
  /^(labels|annotations|finalizers|matchLabels|matchExpressions|env|envFrom|volumes|volumeMounts|tolerations|nodeSelector|imagePullSecrets|initContainers)$/;

/** A side that says nothing, or what the API server would say for it, is no change. */
function isSilent(place: Place, value: unknown): boolean {
  return (
    value === null ||
    (isEmpty(value) && emptiable.test(lastField(place))) ||
    isDefault(place.apiVersion, place.path, value)
  );
}

function compareOneSided(place: Place, base: unknown, head: unknown): readonly Change[] {
  if (base === undefined) return isSilent(place, head) ? [] : [{ op: 'add', path: place.path, head }];
  return isSilent(place, base) ? [] : [{ op: 'remove', path: place.path, base }];
}

function compareFields(place: Place, base: Fields, head: Fields): readonly Change[] {
  const names = [...new Set([...Object.keys(base), ...Object.keys(head)])].toSorted();
  return names.flatMap((name) => compare(inside(place, field(name)), fieldOf(base, name), fieldOf(head, name)));
}

function compareKeyed(
  place: Place,
  base: ReadonlyMap<string, unknown>,
  head: ReadonlyMap<string, unknown>,
): readonly Change[] {
  const keys = [...new Set([...base.keys(), ...head.keys()])].toSorted();
  return keys.flatMap((key) => compare(inside(place, { kind: 'entry', key }), base.get(key), head.get(key)));
}

function compareSequences(place: Place, base: readonly unknown[], head: readonly unknown[]): readonly Change[] {
  return alignLists(base, head).flatMap((move): readonly Change[] => {
    switch (move.kind) {
      case 'kept':
        return [];
      case 'paired':
        return compare(
          inside(place, { kind: 'place', base: move.base, head: move.head }),
          base[move.base],
          head[move.head],
        );
      case 'removed': {
        const { path } = inside(place, { kind: 'place', base: move.base, head: undefined });
        return [{ op: 'remove', path, base: base[move.base] }];
      }
      case 'added': {
        const { path } = inside(place, { kind: 'place', base: undefined, head: move.head });
        return [{ op: 'add', path, head: head[move.head] }];
      }
    }
  });
}

function compareLists(place: Place, base: readonly unknown[], head: readonly unknown[]): readonly Change[] {
  const keyed = keyLists(lastField(place), base, head);
  return keyed === undefined ? compareSequences(place, base, head) : compareKeyed(place, keyed.base, keyed.head);
}

function compareTexts(place: Place, base: string, head: string): readonly Change[] {
  if (isSameQuantity(lastField(place), base, head)) return [];
  const name = lastField(place);
  const payloads = { base: openPayload(name, base), head: openPayload(name, head) };
  return payloads.base === undefined || payloads.head === undefined
    ? [{ op: 'replace', path: place.path, base, head }]
    : compare(place, payloads.base, payloads.head);
}

function compare(place: Place, base: unknown, head: unknown): readonly Change[] {
  if (base === head) return [];
  if (base === undefined || head === undefined) return compareOneSided(place, base, head);
  if (isFields(base) && isFields(head)) return compareFields(place, base, head);
  if (Array.isArray(base) && Array.isArray(head)) return compareLists(place, base, head);
  if (typeof base === 'string' && typeof head === 'string') return compareTexts(place, base, head);
  return [{ op: 'replace', path: place.path, base, head }];
}

/**
 * What differs between two values, sorted by path. The order of keys and of keyed entries, and what the API server
 * would put there itself, are no difference; documents inside texts are compared as documents.
 */
export function compareValues(apiVersion: string, base: unknown, head: unknown): readonly Change[] {
  return compare({ apiVersion, path: [] }, base, head);
}

function leaves(value: unknown, path: string): readonly string[] {
  if (isFields(value)) return Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${path}.${name}`));
  if (Array.isArray(value)) return value.flatMap((inner) => leaves(inner, `${path}[]`));
  return [`${path}=${canonicalText(value)}`];
}

/** Share of the leaves of both values that are the same, from 0 to 1. */
export function similarity(base: unknown, head: unknown): number {
  const [one, other] = [new Set(leaves(base, '')), new Set(leaves(head, ''))];
  const common = [...one].filter((leaf) => other.has(leaf)).length;
  return one.size + other.size === 0 ? 1 : (2 * common) / (one.size + other.size);
}
