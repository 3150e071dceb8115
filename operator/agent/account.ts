import type { LambdaAgent } from '../api/index.ts';
import { type AppliedObject, withAppliedHash } from '../specs/applied-object.ts';
import { agentLabels, controllerReference } from '../specs/ownership.ts';

interface AppliedAccount extends AppliedObject {
  readonly automountServiceAccountToken: false;
}

/** Account that the pods of an agent run as: the one it names, or one of its own. */
export function accountName({ metadata, spec }: LambdaAgent): string {
  return spec.serviceAccountName ?? `${metadata.name}-agent`;
}

/** An account for one agent, which may do nothing; undefined where the agent names one. */
export function buildAccount(agent: LambdaAgent): AppliedAccount | undefined {
  const { metadata, spec } = agent;
  return spec.serviceAccountName === undefined
    ? withAppliedHash({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: {
          name: accountName(agent),
          namespace: metadata.namespace,
          ownerReferences: [controllerReference(agent)],
          labels: agentLabels(metadata.name, 'agent'),
        },
        automountServiceAccountToken: false as const,
      })
    : undefined;
}
