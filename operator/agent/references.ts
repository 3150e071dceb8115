import type { LambdaAgentSpec } from '../api/index.ts';
import { approvalSecrets } from '../supervision/approval-policy.ts';
import { read, type Reference, secret, variableReferences } from '../specs/reference.ts';

/** All that an agent names, in the order of the spec. */
export function referencesOf({ ai, env = [], image, memory }: LambdaAgentSpec): readonly Reference[] {
  return [
    ...(image.imagePullSecrets ?? []).flatMap((name) => secret(name, 'image.imagePullSecrets')),
    ...promptReferences(ai?.systemPromptConfigMapRef),
    ...key(ai?.apiKeySecretRef, 'ai.apiKeySecretRef'),
    ...env.flatMap(({ name, valueFrom }) => variableReferences(valueFrom, `env ${name}`)),
    ...(memory?.enabled === true ? memoryReferences(memory) : []),
  ];
}

/** What the receiver reads to ask for approval; pods never see it. */
export function approvalReferences({ approval }: LambdaAgentSpec): readonly Reference[] {
  return Object.entries(approvalSecrets(approval ?? {}))
    .flatMap(([field, reference]) => key(reference, `approval.${field}`))
    .map((reference) => ({ ...reference, isRead: false }));
}

function promptReferences(
  reference: NonNullable<LambdaAgentSpec['ai']>['systemPromptConfigMapRef'],
): readonly Reference[] {
  return reference === undefined ? [] : [read('ConfigMap', reference, 'ai.systemPromptConfigMapRef')];
}

function memoryReferences({ longTerm, shortTerm }: NonNullable<LambdaAgentSpec['memory']>): readonly Reference[] {
  return [
    ...key(shortTerm?.redisSecretRef, 'memory.shortTerm.redisSecretRef'),
    ...key(longTerm?.postgresSecretRef, 'memory.longTerm.postgresSecretRef'),
  ];
}

function key(reference: Parameters<typeof read>[1] | undefined, field: string): readonly Reference[] {
  return reference === undefined ? [] : [read('Secret', reference, field)];
}
