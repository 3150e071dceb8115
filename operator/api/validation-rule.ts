/** One CEL rule of `x-kubernetes-validations`. `self` is the value that carries it, `fieldPath` is relative to that value. */
export interface ValidationRule {
  readonly rule: string;
  /** What is wrong and what to do; shown by `kubectl apply`. */
  readonly message: string;
  /** FieldValueDuplicate is left out: the API server then hides the message. */
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | undefined;
  readonly fieldPath?: string | undefined;
}

/** Puts rules on a schema: `z.strictObject({ … }).meta(validatedBy({ … }))`. zod itself does not run them. */
export function validatedBy(...rules: readonly ValidationRule[]) {
  return { 'x-kubernetes-validations': rules };
}
