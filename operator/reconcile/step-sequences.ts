import * as fc from 'fast-check';

interface Deletion<Name> {
  readonly kind: 'delete';
  readonly name: Name;
}

/**
 * For tests: up to fifty steps or more. Now and then one is deleted, and made again by an edit before anybody sees that it
 * was gone.
 */
export function stepSequences<Name, Edit extends { readonly name: Name }, Step>(
  step: fc.Arbitrary<Step>,
  edit: fc.Arbitrary<Edit>,
): fc.Arbitrary<readonly (Step | Deletion<Name> | Edit)[]> {
  const replacement = edit.map((again): readonly (Deletion<Name> | Edit)[] => [
    { kind: 'delete', name: again.name },
    again,
  ]);
  const one: fc.Arbitrary<readonly (Step | Deletion<Name> | Edit)[]> = fc.oneof(
    { weight: 25, arbitrary: step.map((alone): readonly Step[] => [alone]) },
    { weight: 1, arbitrary: replacement },
  );
  return fc.array(one, { maxLength: 50, size: 'max' }).map((steps) => steps.flat());
}
