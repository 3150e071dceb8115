import type { EnvVar } from 'kubernetes-types/core/v1.d.ts';
import type { LambdaFunctionSpec } from '../api/index.ts';

/** `env` of a function or an agent. */
export type OwnVariables = LambdaFunctionSpec['env'];

/** A variable with its value as text. */
export const variable = (name: string, value: string | number | boolean): EnvVar => ({ name, value: String(value) });

/** A variable with a text of people, in which Kubernetes must not expand `$(NAME)`. */
export const literalVariable = (name: string, text: string): EnvVar =>
  variable(
    name,
    text.replaceAll('$', () => '$$'),
  );

/** A variable that a key of a Secret fills. */
export const secretVariable = (name: string, reference: KeyReference): EnvVar => ({
  name,
  valueFrom: { secretKeyRef: keyOf(reference) },
});

/** A variable that a key of a ConfigMap fills. */
export const configMapVariable = (name: string, reference: KeyReference): EnvVar => ({
  name,
  valueFrom: { configMapKeyRef: keyOf(reference) },
});

/** The variables of a container: what the author sets wins over what is injected. */
export function withOwnVariables(injected: readonly EnvVar[], own: OwnVariables = []): readonly EnvVar[] {
  const taken = new Set(own.map(({ name }) => name));
  return [...injected.filter(({ name }) => !taken.has(name)), ...own.map(toEnvVar)];
}

/** One key of a Secret or ConfigMap. */
export interface KeyReference {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean | undefined;
}

/** One key of a Secret or ConfigMap, without what is not set. */
function keyOf({ name, key, optional }: KeyReference) {
  return { name, key, ...(optional === undefined ? {} : { optional }) };
}

type Variable = NonNullable<OwnVariables>[number];

function toEnvVar({ name, value, valueFrom }: Variable): EnvVar {
  return valueFrom === undefined ? { name, value: value ?? '' } : { name, valueFrom: toSource(valueFrom) };
}

function toSource(from: NonNullable<Variable['valueFrom']>): NonNullable<EnvVar['valueFrom']> {
  const { configMapKeyRef, fieldRef, resourceFieldRef, secretKeyRef } = from;
  return {
    ...(fieldRef === undefined
      ? {}
      : { fieldRef: { apiVersion: fieldRef.apiVersion ?? 'v1', fieldPath: fieldRef.fieldPath } }),
    ...(resourceFieldRef === undefined ? {} : { resourceFieldRef: toResource(resourceFieldRef) }),
    ...(secretKeyRef === undefined ? {} : { secretKeyRef: keyOf(secretKeyRef) }),
    ...(configMapKeyRef === undefined ? {} : { configMapKeyRef: keyOf(configMapKeyRef) }),
  };
}

function toResource({
  containerName,
  divisor,
  resource,
}: NonNullable<NonNullable<Variable['valueFrom']>['resourceFieldRef']>) {
  return {
    resource,
    ...(containerName === undefined ? {} : { containerName }),
    ...(divisor === undefined ? {} : { divisor: String(divisor) }),
  };
}
