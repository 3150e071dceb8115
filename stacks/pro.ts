import { proBase } from './bases.ts';
import type { EnvironmentValues } from './environment.ts';

export const pro: EnvironmentValues = {
  ...proBase,
  name: 'pro',
  role: 'development',
  cluster: { ...proBase.cluster, nodes: 3 },
  // the published quick start applies functions to the namespace of the operator
  namespaces: { control: 'knative-lambda', functions: ['knative-lambda'] },
  imageRegistry: {
    kind: 'registry',
    push: 'kind-registry:5000',
    pull: 'localhost:5001',
    insecure: true,
    operatorRepository: 'knative-lambda-operator',
    functionsRepository: 'knative-lambda-functions',
  },
  codeStore: {
    kind: 'minio',
    endpoint: 'minio.minio.svc.cluster.local:9000',
    namespace: 'minio',
    bucket: 'lambda-functions',
    credentialsSecret: 'minio-credentials',
  },
  secrets: { backend: 'sealed' },
};
