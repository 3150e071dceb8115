import type { LambdaFunctionSpec } from '../api/index.ts';
import { read, type Reference, secret, variableReferences } from '../specs/reference.ts';
import { sourceSecret } from './fetch-plan.ts';

/** All that a function names, in the order of the spec. */
export function referencesOf({ build, env = [], observability, source }: LambdaFunctionSpec): readonly Reference[] {
  return [
    ...secret(sourceSecret(source), `source.${source.type}.secretRef`),
    ...(source.type === 'image' ? [] : secret(build?.imagePullSecret, 'build.imagePullSecret')),
    ...pullSecretNames(source).flatMap((name) => secret(name, 'source.image.imagePullSecrets')),
    ...env.flatMap(({ name, valueFrom }) => variableReferences(valueFrom, `env ${name}`)),
    ...tokenReferences(observability?.logfire),
  ];
}

type Logfire = NonNullable<LambdaFunctionSpec['observability']>['logfire'];

function tokenReferences(logfire: Logfire): readonly Reference[] {
  return logfire?.enabled === true && logfire.tokenSecretRef !== undefined
    ? [read('Secret', logfire.tokenSecretRef, 'observability.logfire.tokenSecretRef')]
    : [];
}

function pullSecretNames({ image, type }: LambdaFunctionSpec['source']): readonly string[] {
  const secrets = type === 'image' ? (image?.imagePullSecrets ?? []) : [];
  return secrets.map((one) => (typeof one === 'string' ? one : one.name));
}
