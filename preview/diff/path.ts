/** One step into a value: a field, an entry of a list by its merge key, or an entry by its place in each side. */
export type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'entry'; readonly key: string }
  | { readonly kind: 'place'; readonly base: number | undefined; readonly head: number | undefined };

export type Path = readonly Step[];

export const field = (name: string): Step => ({ kind: 'field', name });

const plainName = /^[A-Za-z_$][\w$-]*$/;

function showStep(step: Step): string {
  switch (step.kind) {
    case 'field':
      return plainName.test(step.name) ? `.${step.name}` : `[${JSON.stringify(step.name)}]`;
    case 'entry':
      return `[${step.key}]`;
    case 'place':
      return `[${step.head ?? step.base ?? ''}]`;
  }
}

/** `spec.template.spec.containers[name=operator].image`; empty for the whole value. */
export function showPath(path: Path): string {
  return path.map(showStep).join('').replace(/^\./, '');
}

/** Names of the fields on the way, without the entries of lists: `spec.template.spec.containers.image`. */
export function fieldNames(path: Path): string {
  return path.flatMap((step) => (step.kind === 'field' ? [step.name] : [])).join('.');
}
