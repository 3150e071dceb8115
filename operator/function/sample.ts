import { apiVersion, type LambdaFunction, lambdaFunctionSchema } from '../api/index.ts';
import type { FunctionSettings } from './settings.ts';

/** For tests: a function as the API server returns it, with the defaults of its schema. */
export function sampleFunction(spec: object = {}, metadata: object = {}, status?: object): LambdaFunction {
  return lambdaFunctionSchema.parse({
    apiVersion,
    kind: 'LambdaFunction',
    metadata: {
      name: 'hello',
      namespace: 'functions',
      uid: '0f2c3a5e-7d3c-4c6e-9a55-3d1f6f0d9b11',
      resourceVersion: '1042',
      generation: 3,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: {
      source: { type: 'inline', inline: { code: 'def handler(event): return event' } },
      runtime: { language: 'python', version: '3.12' },
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  });
}

/** For tests: what an environment without a cloud decides. */
export const sampleSettings: FunctionSettings = {
  namespaces: { kind: 'charts' },
  builds: {
    builder: 'kaniko',
    builderImage: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
    fetchImage: 'registry.example.com/knative-lambda-operator:v0.1.0',
    fetchPullPolicy: 'IfNotPresent',
    trustedHosts: ['minio.minio.svc.cluster.local:9000'],
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2', memory: '4Gi' } },
    scratchSize: '4Gi',
    cache: { repository: 'push.example.com/cache', needsIdentity: false },
    pod: {
      serviceAccountName: 'knative-lambda-builder',
      identity: { kind: 'none' },
      nodeSelector: {},
      tolerations: [],
      priorityClassName: undefined,
    },
    maxConcurrent: 10,
    retentionSeconds: 86_400,
    resolveSeconds: 120,
  },
  registry: {
    push: 'push.example.com',
    pull: 'pull.example.com',
    repository: 'knative-lambda-functions',
    insecure: false,
    pushSecret: undefined,
  },
  serving: {
    environment: 'dev',
    serviceAccountName: 'knative-lambda-function',
    timeoutSeconds: 300,
    telemetry: { tracesEndpoint: 'tempo.tempo.svc:4317', samplingRatio: 1, logLevel: 'info' },
  },
  eventing: {
    broker: 'lambda-broker',
    invocations: ['invokeSync', 'invokeAsync', 'invokeScheduled'],
    deadLetterSink: {
      ref: { apiVersion: 'v1', kind: 'Service', name: 'knative-lambda-builder', namespace: 'knative-lambda' },
      uri: '/dlq',
    },
    timeoutSeconds: 300,
  },
  maxTimeoutSeconds: 3600,
  enforceUsableBy: true,
};
