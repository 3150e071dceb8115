import { z } from 'zod';
import type { ReceiverCluster } from '../cluster/receiver-cluster.ts';

const audience = 'knative-lambda-receiver';
const deployer = 'deployer';
const group = 'rbac.authorization.k8s.io';

/** Somebody who may command functions of the namespace, and invoke them. */
export function deployerOf(namespace: string): readonly object[] {
  const metadata = { namespace, name: deployer };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: group, kind: 'Role', name: 'knative-lambda-events' },
      subjects: [{ kind: 'ServiceAccount', namespace, name: deployer }],
    },
  ];
}

const tokenAnswer = z.looseObject({ status: z.looseObject({ token: z.string() }) });

/** The header by which the deployer proves itself. */
export async function proofOf({
  controlPlane,
  functions,
}: ReceiverCluster): Promise<{ readonly authorization: string }> {
  const path = `/api/v1/namespaces/${functions}/serviceaccounts/${deployer}/token`;
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [audience] } };
  const { token } = tokenAnswer.parse(await controlPlane.admin.post(path, request)).status;
  return { authorization: `Bearer ${token}` };
}
