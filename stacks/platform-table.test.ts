import { describe, expect, test } from '@jest/globals';
import { valueAt } from './trial.ts';
import { readEnvironments } from './index.ts';

// – means that the environment has no such value

const clusters = `
| Row                      | Setting                              | pro                             | pro-1-node                      | studio                            | studio-1-node                            |
| Role                     | role                                 | development                     | light-development               | production                        | light-production                         |
| Cluster                  | cluster.name                         | pro                             | pro-1-node                      | studio                            | studio-1-node                            |
| Cluster                  | cluster.context                      | homelab-pro                     | homelab-pro-1-node              | homelab-studio                    | homelab-studio-1-node                    |
| Cluster                  | cluster.distribution                 | kind                            | kind                            | kind                              | kind                                     |
| Cluster                  | cluster.nodes                        | 3                               | 1                               | 4                                 | 1                                        |
| Cluster (one owner each) | cluster.owner                        | true                            | true                            | true                              | true                                     |
| Cluster                  | watch                                | all                             | all                             | all                               | all                                      |
| Stands in for            | replaces                             | –                               | pro                             | –                                 | studio                                   |
| Namespace                | namespaces.control                   | knative-lambda                  | knative-lambda                  | knative-lambda                    | knative-lambda                           |
| Namespace of functions   | namespaces.functions.0               | knative-lambda                  | knative-lambda                  | knative-lambda-functions          | knative-lambda-functions                 |
| ENVIRONMENT              | name                                 | pro                             | pro-1-node                      | studio                            | studio-1-node                            |
| LOG_LEVEL                | logLevel                             | debug                           | debug                           | info                              | info                                     |
| Replicas, controller     | operator.replicas                    | 1                               | 1                               | 2                                 | 2                                        |
| Replicas, builder        | receiver.form                        | knative-service                 | knative-service                 | deployment                        | deployment                               |
| Replicas, builder        | receiver.replicas                    | –                               | –                               | 2                                 | 2                                        |
| Replicas, builder        | receiver.minScale                    | 0                               | 0                               | –                                 | –                                        |
| Replicas, builder        | receiver.maxScale                    | 20                              | 20                              | –                                 | –                                        |
| Memory, controller       | operator.resources.requests.memory   | 64Mi                            | 64Mi                            | 512Mi                             | 512Mi                                    |
| Memory, controller       | operator.resources.limits.memory     | 256Mi                           | 256Mi                           | 512Mi                             | 512Mi                                    |
| Memory, builder          | receiver.resources.requests.memory   | 128Mi                           | 128Mi                           | 256Mi                             | 256Mi                                    |
| Memory, builder          | receiver.resources.limits.memory     | 256Mi                           | 256Mi                           | 512Mi                             | 512Mi                                    |
| CPU, controller          | operator.resources.requests.cpu      | 10m                             | 10m                             | 50m                               | 50m                                      |
| CPU, controller          | operator.resources.limits.cpu        | 500m                            | 500m                            | 1                                 | 1                                        |
| CPU, builder             | receiver.resources.requests.cpu      | 50m                             | 50m                             | 50m                               | 50m                                      |
| CPU, builder             | receiver.resources.limits.cpu        | 200m                            | 200m                            | 1                                 | 1                                        |
| Image registry           | imageRegistry.kind                   | registry                        | registry                        | ecr                               | ecr                                      |
| Image registry           | cloud.account                        | –                               | –                               | 339954290315                      | 339954290315                             |
| Image registry           | cloud.region                         | –                               | –                               | us-west-2                         | us-west-2                                |
| Image registry           | imageRegistry.operatorRepository     | knative-lambda-operator         | knative-lambda-operator         | knative-lambda-builder-studio     | knative-lambda-builder-studio-1-node     |
| Pull policy              | imagePullPolicy                      | Always                          | Always                          | Always                            | Always                                   |
| HPA                      | receiver.autoscaling.minReplicas     | –                               | –                               | –                                 | –                                        |
| HPA                      | receiver.autoscaling.maxReplicas     | –                               | –                               | –                                 | –                                        |
| HPA                      | receiver.autoscaling.cpuUtilization  | –                               | –                               | –                                 | –                                        |
| PDB                      | operator.minAvailable                | –                               | –                               | 1                                 | –                                        |
| PDB                      | receiver.minAvailable                | –                               | –                               | 1                                 | –                                        |
| Quota (requests)         | quota.control.requestsCpu            | –                               | –                               | –                                 | –                                        |
| Quota (requests)         | quota.control.requestsMemory         | –                               | –                               | –                                 | –                                        |
| Quota (limits)           | quota.control.limitsCpu              | –                               | –                               | –                                 | –                                        |
| Quota (limits)           | quota.control.limitsMemory           | –                               | –                               | –                                 | –                                        |
| Quota pods               | quota.control.pods                   | –                               | –                               | –                                 | –                                        |
| Quota services           | quota.control.services               | –                               | –                               | –                                 | –                                        |
| Quota PVCs               | quota.control.persistentVolumeClaims | –                               | –                               | –                                 | –                                        |
| Build jobs               | builds.maxConcurrent                 | 50                              | 50                              | 50                                | 50                                       |
| Vhost                    | rabbitmq.vhost                       | /                               | /                               | /                                 | /                                        |
| RabbitMQ HA              | rabbitmq.replicas                    | 1                               | 1                               | 3                                 | 1                                        |
| RabbitMQ HA              | rabbitmq.owned                       | true                            | true                            | true                              | true                                     |
| Build queue              | rabbitmq.queues.builds               | build-events                    | build-events                    | build-events                      | build-events                             |
| Service queue            | rabbitmq.queues.services             | service-events                  | service-events                  | service-events                    | service-events                           |
| Result queue             | rabbitmq.queues.results              | results                         | results                         | results                           | results                                  |
| RabbitMQ host            | rabbitmq.cluster                     | rabbitmq-cluster-knative-lambda | rabbitmq-cluster-knative-lambda | rabbitmq-cluster-knative-lambda   | rabbitmq-cluster-knative-lambda          |
| RabbitMQ host            | rabbitmq.namespace                   | knative-lambda                  | knative-lambda                  | knative-lambda                    | knative-lambda                           |
| Brokers of agents        | rabbitmq.agentBrokers                | dedicated                       | dedicated                       | dedicated                         | dedicated                                |
| Function image repo      | imageRegistry.push                   | kind-registry:5000              | kind-registry:5000              | –                                 | –                                        |
| Function image repo      | imageRegistry.pull                   | localhost:5001                  | localhost:5001                  | –                                 | –                                        |
| Function image repo      | imageRegistry.functionsRepository    | knative-lambda-functions        | knative-lambda-functions        | knative-lambdas-studio            | knative-lambdas-studio-1-node            |
| ECR lifecycle            | imageRegistry.untaggedDays           | –                               | –                               | 90                                | 90                                       |
| Source store             | codeStore.kind                       | minio                           | minio                           | s3                                | s3                                       |
| Source store             | codeStore.bucket                     | lambda-functions                | lambda-functions                | knative-lambda-fusion-code-studio | knative-lambda-fusion-code-studio-1-node |
| Source store             | codeStore.prefix                     | –                               | –                               | global/parser/                    | global/parser/                           |
| IAM role                 | cloud.roles.builder                  | –                               | –                               | knative-lambda-builder-studio     | knative-lambda-builder-studio-1-node     |
| Canary                   | rollout.canary                       | none                            | none                            | conservative                      | conservative                             |
| A/B routing              | rollout.abTesting                    | false                           | false                           | true                              | true                                     |
| Blue-green               | rollout.blueGreen                    | none                            | none                            | none                              | none                                     |
| Linkerd injection        | mesh.injected                        | true                            | true                            | true                              | true                                     |
| Linkerd CNI plugin       | mesh.cni                             | false                           | false                           | false                             | false                                    |
| Proxy CPU request        | mesh.proxy.cpuRequest                | 1m                              | 1m                              | –                                 | –                                        |
| Proxy limit              | mesh.proxy.cpuLimit                  | 100m                            | 100m                            | 100m                              | 100m                                     |
| Proxy limit              | mesh.proxy.memoryLimit               | 128Mi                           | 128Mi                           | 128Mi                             | 128Mi                                    |
| Alert rules              | monitoring.alerts                    | silent                          | silent                          | routed                            | routed                                   |
| Alert severity           | monitoring.pagingSeverity            | critical                        | critical                        | critical                          | critical                                 |
| ServiceMonitor           | monitoring.serviceMonitors           | true                            | true                            | true                              | true                                     |
| ServiceMonitor           | monitoring.namespace                 | prometheus                      | prometheus                      | prometheus                        | prometheus                               |
| Sample functions         | features.sampleFunctions             | true                            | true                            | false                             | false                                    |
| k6 tests                 | loadTests                            | installed                       | available                       | on-demand                         | on-demand                                |
| Host ports from          | cluster.hostPorts.base               | 31000                           | 31000                           | 32000                             | 32000                                    |
| Host ports, number       | cluster.hostPorts.count              | 1000                            | 1000                            | 1000                              | 1000                                     |
| Flux Kustomization       | delivery.kustomization               | pro-04-knative-instances        | pro-1-node-04-knative-instances | studio-04-knative-instances       | studio-1-node-04-knative-instances       |
| Git ref                  | delivery.branch                      | main                            | main                            | main                              | main                                     |
| Promotion                | delivery.promotion                   | merge                           | none                            | none                              | none                                     |
| Human access             | access.0.group                       | –                               | –                               | –                                 | –                                        |
| Human access             | access.0.functions                   | –                               | –                               | –                                 | –                                        |
| Human access             | access.0.control                     | –                               | –                               | –                                 | –                                        |
| Monthly cost, compute    | cost.computeUsd                      | –                               | –                               | –                                 | –                                        |
| Monthly cost, storage    | cost.storageUsd                      | –                               | –                               | –                                 | –                                        |
| Monthly cost, transfer   | cost.transferUsd                     | –                               | –                               | –                                 | –                                        |
`;

const tiers = `
| Row                      | Setting                              | dev                            | staging                            | prd                            |
| Role                     | role                                 | development                    | pre-production                     | production                     |
| Cluster                  | cluster.name                         | tiers                          | tiers                              | tiers                          |
| Cluster                  | cluster.context                      | homelab-tiers                  | homelab-tiers                      | homelab-tiers                  |
| Cluster                  | cluster.distribution                 | eks                            | eks                                | eks                            |
| Cluster                  | cluster.nodes                        | –                              | –                                  | –                              |
| Cluster (one owner each) | cluster.owner                        | false                          | false                              | true                           |
| Cluster                  | watch                                | listed                         | listed                             | listed                         |
| Stands in for            | replaces                             | –                              | –                                  | –                              |
| Namespace                | namespaces.control                   | knative-lambda-dev             | knative-lambda-staging             | knative-lambda-prd             |
| Namespace of functions   | namespaces.functions.0               | knative-lambda-dev-functions   | knative-lambda-staging-functions   | knative-lambda-prd-functions   |
| ENVIRONMENT              | name                                 | dev                            | staging                            | prd                            |
| LOG_LEVEL                | logLevel                             | debug                          | info                               | warn                           |
| Replicas, controller     | operator.replicas                    | 1                              | 2                                  | 3                              |
| Replicas, builder        | receiver.form                        | deployment                     | deployment                         | deployment                     |
| Replicas, builder        | receiver.replicas                    | 1                              | 2                                  | 3                              |
| Replicas, builder        | receiver.minScale                    | –                              | –                                  | –                              |
| Replicas, builder        | receiver.maxScale                    | –                              | –                                  | –                              |
| Memory, controller       | operator.resources.requests.memory   | 256Mi                          | 256Mi                              | 256Mi                          |
| Memory, controller       | operator.resources.limits.memory     | 512Mi                          | 512Mi                              | 512Mi                          |
| Memory, builder          | receiver.resources.requests.memory   | 512Mi                          | 1Gi                                | 2Gi                            |
| Memory, builder          | receiver.resources.limits.memory     | 1Gi                            | 2Gi                                | 4Gi                            |
| CPU, controller          | operator.resources.requests.cpu      | 100m                           | 100m                               | 100m                           |
| CPU, controller          | operator.resources.limits.cpu        | 500m                           | 500m                               | 500m                           |
| CPU, builder             | receiver.resources.requests.cpu      | 250m                           | 500m                               | 1                              |
| CPU, builder             | receiver.resources.limits.cpu        | 500m                           | 1                                  | 2                              |
| Image registry           | imageRegistry.kind                   | ecr                            | ecr                                | ecr                            |
| Image registry           | cloud.account                        | 339954290315                   | 339954290315                       | 339954290315                   |
| Image registry           | cloud.region                         | us-west-2                      | us-west-2                          | us-west-2                      |
| Image registry           | imageRegistry.operatorRepository     | knative-lambda-builder-dev     | knative-lambda-builder-staging     | knative-lambda-builder-prd     |
| Pull policy              | imagePullPolicy                      | Always                         | IfNotPresent                       | IfNotPresent                   |
| HPA                      | receiver.autoscaling.minReplicas     | –                              | 2                                  | 3                              |
| HPA                      | receiver.autoscaling.maxReplicas     | –                              | 5                                  | 10                             |
| HPA                      | receiver.autoscaling.cpuUtilization  | –                              | 70                                 | 60                             |
| PDB                      | operator.minAvailable                | –                              | –                                  | 2                              |
| PDB                      | receiver.minAvailable                | –                              | –                                  | 2                              |
| Quota (requests)         | quota.control.requestsCpu            | 4                              | 8                                  | 16                             |
| Quota (requests)         | quota.control.requestsMemory         | 8Gi                            | 16Gi                               | 32Gi                           |
| Quota (limits)           | quota.control.limitsCpu              | 8                              | 16                                 | 32                             |
| Quota (limits)           | quota.control.limitsMemory           | 16Gi                           | 32Gi                               | 64Gi                           |
| Quota pods               | quota.control.pods                   | 20                             | 50                                 | 100                            |
| Quota services           | quota.control.services               | 5                              | 10                                 | 20                             |
| Quota PVCs               | quota.control.persistentVolumeClaims | 2                              | 5                                  | 10                             |
| Build jobs               | builds.maxConcurrent                 | 5                              | 10                                 | 20                             |
| Vhost                    | rabbitmq.vhost                       | /knative-lambda-dev            | /knative-lambda-staging            | /knative-lambda-prd            |
| RabbitMQ HA              | rabbitmq.replicas                    | 3                              | 3                                  | 3                              |
| RabbitMQ HA              | rabbitmq.owned                       | false                          | false                              | false                          |
| Build queue              | rabbitmq.queues.builds               | build-events-dev               | build-events-staging               | build-events-prd               |
| Service queue            | rabbitmq.queues.services             | service-events-dev             | service-events-staging             | service-events-prd             |
| Result queue             | rabbitmq.queues.results              | results-dev                    | results-staging                    | results-prd                    |
| RabbitMQ host            | rabbitmq.cluster                     | rabbitmq                       | rabbitmq                           | rabbitmq                       |
| RabbitMQ host            | rabbitmq.namespace                   | rabbitmq-system                | rabbitmq-system                    | rabbitmq-system                |
| Brokers of agents        | rabbitmq.agentBrokers                | dedicated                      | dedicated                          | dedicated                      |
| Function image repo      | imageRegistry.push                   | –                              | –                                  | –                              |
| Function image repo      | imageRegistry.pull                   | –                              | –                                  | –                              |
| Function image repo      | imageRegistry.functionsRepository    | knative-lambdas-dev            | knative-lambdas-staging            | knative-lambdas-prd            |
| ECR lifecycle            | imageRegistry.untaggedDays           | 7                              | 30                                 | 90                             |
| Source store             | codeStore.kind                       | s3                             | s3                                 | s3                             |
| Source store             | codeStore.bucket                     | knative-lambda-fusion-code-dev | knative-lambda-fusion-code-staging | knative-lambda-fusion-code-prd |
| Source store             | codeStore.prefix                     | global/parser/                 | global/parser/                     | global/parser/                 |
| IAM role                 | cloud.roles.builder                  | knative-lambda-builder-dev     | knative-lambda-builder-staging     | knative-lambda-builder-prd     |
| Canary                   | rollout.canary                       | none                           | default                            | conservative                   |
| A/B routing              | rollout.abTesting                    | false                          | false                              | false                          |
| Blue-green               | rollout.blueGreen                    | optional                       | optional                           | manual                         |
| Linkerd injection        | mesh.injected                        | true                           | true                               | true                           |
| Linkerd CNI plugin       | mesh.cni                             | true                           | true                               | true                           |
| Proxy CPU request        | mesh.proxy.cpuRequest                | 1m                             | –                                  | –                              |
| Proxy limit              | mesh.proxy.cpuLimit                  | 100m                           | 100m                               | 100m                           |
| Proxy limit              | mesh.proxy.memoryLimit               | 128Mi                          | 128Mi                              | 128Mi                          |
| Alert rules              | monitoring.alerts                    | silent                         | silent                             | routed                         |
| Alert severity           | monitoring.pagingSeverity            | critical                       | critical                           | critical                       |
| ServiceMonitor           | monitoring.serviceMonitors           | true                           | true                               | true                           |
| ServiceMonitor           | monitoring.namespace                 | prometheus                     | prometheus                         | prometheus                     |
| Sample functions         | features.sampleFunctions             | false                          | false                              | false                          |
| k6 tests                 | loadTests                            | on-demand                      | smoke-before-promotion             | none                           |
| Host ports from          | cluster.hostPorts.base               | –                              | –                                  | –                              |
| Host ports, number       | cluster.hostPorts.count              | –                              | –                                  | –                              |
| Flux Kustomization       | delivery.kustomization               | knative-lambda-dev             | knative-lambda-staging             | knative-lambda-prd             |
| Git ref                  | delivery.branch                      | main                           | main                               | main                           |
| Promotion                | delivery.promotion                   | automatic                      | approval                           | none                           |
| Human access             | access.0.group                       | developers                     | developers                         | sre-team                       |
| Human access             | access.0.functions                   | edit                           | edit                               | admin                          |
| Human access             | access.0.control                     | view                           | view                               | admin                          |
| Monthly cost, compute    | cost.computeUsd                      | 80                             | 150                                | 320                            |
| Monthly cost, storage    | cost.storageUsd                      | 10                             | 20                                 | 40                             |
| Monthly cost, transfer   | cost.transferUsd                     | 5                              | 10                                 | 15                             |
`;

interface Row {
  readonly row: string;
  readonly setting: string;
  readonly values: Readonly<Record<string, string>>;
}

function cellsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function rowsOf(table: string): readonly Row[] {
  const [header = [], ...lines] = table.trim().split('\n').map(cellsOf);
  return lines.map(([row = '', setting = '', ...cells]) => ({
    row,
    setting,
    values: Object.fromEntries(cells.map((cell, position) => [header[position + 2], cell])),
  }));
}

function toText(value: unknown): string {
  return value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
}

const environments = readEnvironments();

function actualValues(setting: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    environments
      .filter(({ name }) => names.includes(name))
      .map((environment) => [environment.name, toText(valueAt(environment, setting))]),
  );
}

const rows = [...rowsOf(clusters), ...rowsOf(tiers)];

describe('the published table of environments', () => {
  test.each(rows)('holds in $row: $setting is $values', ({ setting, values }) => {
    expect(actualValues(setting, Object.keys(values))).toEqual(values);
  });

  test('covers every environment', () => {
    const covered = new Set(rows.flatMap(({ values }) => Object.keys(values)));
    expect([...covered].toSorted()).toEqual(environments.map(({ name }) => name).toSorted());
  });

  test('has a derived quota of the control namespace wherever none is published', () => {
    const derived = environments.filter(({ quota }) => quota.control === 'derived').map(({ name }) => name);
    expect(derived).toEqual(['pro', 'pro-1-node', 'studio', 'studio-1-node']);
  });

  test('keeps the functions apart from the control namespace except in the pro pair', () => {
    const shared = environments.filter(({ namespaces }) => namespaces.functions.includes(namespaces.control));
    expect(shared.map(({ name }) => name)).toEqual(['pro', 'pro-1-node']);
  });

  test('adds up to the published monthly cost of each tier', () => {
    const totals = environments.flatMap(({ name, cost }) =>
      cost === undefined ? [] : [[name, cost.computeUsd + cost.storageUsd + cost.transferUsd]],
    );
    expect(totals).toEqual([
      ['dev', 95],
      ['staging', 180],
      ['prd', 375],
    ]);
  });
});
