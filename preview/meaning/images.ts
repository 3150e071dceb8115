import { isMutableTag } from '../../stacks/index.ts';
import { showPath } from '../diff/path.ts';
import { isFields, textOf } from '../diff/value.ts';
import { type Finding, finding, type Lens, say } from '../finding.ts';

interface Image {
  readonly place: string;
  readonly name: string;
}

const isImageField = (name: string): boolean => name === 'image' || name.endsWith('_IMAGE');

/** Images anywhere in an object: containers of any kind that makes pods, and settings that name one. */
function imagesIn(value: unknown, place = ''): readonly Image[] {
  if (Array.isArray(value)) {
    return value.flatMap((inner, index) => imagesIn(inner, `${place}[${textOf(inner, 'name') || index}]`));
  }
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([name, inner]): readonly Image[] =>
    typeof inner === 'string'
      ? isImageField(name) && inner !== ''
        ? [{ place, name: inner }]
        : []
      : imagesIn(inner, `${place}.${name}`),
  );
}

/** Whether the name may mean another image tomorrow: no digest, and a tag that moves or none. */
function isMutable(image: string): boolean {
  if (image.includes('@sha256:')) return false;
  const tag = /:([\w][\w.-]*)$/.exec(image)?.[1];
  return tag === undefined || isMutableTag(tag);
}

const warn = (image: string): 'mutable-image' | undefined => (isMutable(image) ? 'mutable-image' : undefined);

/** Images from and to, with a warning about those whose name moves. */
export const findImages: Lens = ({ changes }) =>
  changes.flatMap((change): readonly Finding[] => {
    switch (change.kind) {
      case 'removed':
        return [];
      case 'added':
        return imagesIn(change.head).map(({ name }) => finding('images', change.id, say`runs ${name}`, warn(name)));
      case 'changed':
      case 'renamed':
        return change.changes.flatMap((one): readonly Finding[] => {
          const last = one.path.at(-1);
          if (last?.kind !== 'field' || !isImageField(last.name) || one.op === 'remove') {
            return one.op === 'add' && isFields(one.head)
              ? imagesIn(one.head).map(({ name }) => finding('images', change.id, say`runs ${name}`, warn(name)))
              : [];
          }
          const head = String(one.head);
          const text =
            one.op === 'replace'
              ? say`image ${String(one.base)} → ${head}`
              : say`image ${head} at ${showPath(one.path)}`;
          return [finding('images', change.id, text, head === '' ? undefined : warn(head))];
        });
    }
  });
