import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Environment } from '../stacks/index.ts';
import { hardenedContainer, hardenedPod } from './constructs/hardened-pod.ts';
import { loadTestImage } from './constructs/image.ts';
import { componentLabels } from './constructs/labels.ts';
import { type TestPod, TestRun } from './imports/test-run.ts';
import { type LoadSuite, starterResources } from './load-suites.ts';
import type { PartContext } from './part.ts';
import { receiverPort } from './receiver-flows.ts';
import { loadTestNamespace, names } from './workloads.ts';

/** A TestRun of one suite. It is no part of what is delivered: each creation is a run. */
export function buildTestRun(chart: Chart, { environment, releases }: PartContext, suite: LoadSuite): void {
  const labels = { ...componentLabels(suite.testRun, 'testing'), app: 'k6', environment: environment.name };
  const pod = {
    serviceAccountName: names.loadTests,
    automountServiceAccountToken: 'false',
    // a proxy beside the container would keep its Job from ending
    metadata: { labels, annotations: { 'linkerd.io/inject': 'disabled' } },
    securityContext: hardenedPod,
    containerSecurityContext: hardenedContainer,
  } as const;
  const k6: TestPod = {
    ...pod,
    image: loadTestImage(releases),
    imagePullPolicy: 'IfNotPresent',
    resources: suite.resources,
  };
  new TestRun(chart, 'test-run', {
    metadata: { name: suite.testRun, namespace: loadTestNamespace(environment), labels },
    spec: {
      script: { configMap: { name: names.loadTests, file: suite.script } },
      parallelism: suite.parallelism,
      arguments: `--out experimental-prometheus-rw --tag testid=${suite.testRun} --tag environment=${environment.name}`,
      quiet: 'false',
      initializer: k6,
      starter: { ...pod, resources: starterResources },
      runner: { ...k6, automountServiceAccountToken: 'true', env: runnerVariables(environment, suite) },
    },
  });
}

function runnerVariables(environment: Environment, { parallelism }: LoadSuite): readonly k8s.EnvVar[] {
  const operator = `http://${names.operator}.${environment.namespaces.control}.svc.cluster.local`;
  const values: Readonly<Record<string, string>> = {
    RUNNERS: String(parallelism),
    OPERATOR_METRICS_URL: `${operator}:8080`,
    OPERATOR_HEALTH_URL: `${operator}:8081`,
    RECEIVER_URL: receiverUrl(environment),
    FUNCTION_NAMESPACE: loadTestNamespace(environment),
    // Go then trusts this authority only; the API server is all that a run calls by TLS
    SSL_CERT_FILE: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
    K6_NO_USAGE_REPORT: 'true',
    K6_PROMETHEUS_RW_SERVER_URL: environment.monitoring.remoteWriteUrl,
    K6_PROMETHEUS_RW_TREND_STATS: 'p(50),p(90),p(95),p(99),avg,min,max',
  };
  return [
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ...Object.entries(values).map(([name, value]) => ({ name, value })),
  ];
}

function receiverUrl({ namespaces, receiver }: Environment): string {
  switch (receiver.form) {
    case 'deployment':
      return `http://${names.receiverDeployment}.${namespaces.control}.svc.cluster.local:${receiverPort}`;
    case 'knative-service':
      return `http://${names.receiverKnativeService}.${namespaces.control}.svc.cluster.local`;
  }
}
