import type { LambdaFunction } from '../api/index.ts';
import { keyOf } from '../kube/object.ts';
import { byNamespace } from './caches.ts';
import type { FunctionPass } from './pass.ts';

/** Functions keep what they have until there is another image. */
export interface BuiltImage {
  readonly image: string;
  readonly digest: string;
  readonly contentKey: string;
}

/** The image that the status names; undefined before the first one. */
export function imageOf({ status }: LambdaFunction): BuiltImage | undefined {
  const { contentKey: key, digest, imageURI } = status?.buildStatus ?? {};
  return key === undefined || digest === undefined || imageURI === undefined
    ? undefined
    : { image: imageURI.replace(/@.*$/, ''), digest, contentKey: key };
}

/** `repository@digest`, as pods pull it. */
export const referenceOf = ({ digest, image }: BuiltImage): string => `${image}@${digest}`;

/** The image of the same content that another function of the namespace has. */
export function sharedImage(
  { caches, function: fn, functions, key }: FunctionPass,
  text: string,
): BuiltImage | undefined {
  for (const object of caches.functions.cache.byIndex(byNamespace, fn.metadata.namespace)) {
    const parsed = keyOf(object) === key ? undefined : functions.parse(object);
    const image = parsed?.kind === 'function' ? imageOf(parsed.function) : undefined;
    if (image?.contentKey === text) return image;
  }
  return undefined;
}
