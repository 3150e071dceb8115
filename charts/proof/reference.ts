/** `kind` and `name` (namespace/name where namespaced) of an object that another one needs. */
export interface Reference {
  readonly from: string;
  readonly kind: string;
  readonly name: string;
}

export const namespaced = (namespace: string | undefined, name: string): string => `${namespace ?? 'default'}/${name}`;
