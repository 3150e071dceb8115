import { join } from 'node:path';

export interface RunPlace {
  readonly folder: string;
  readonly etcdPort: number;
  readonly apiPort: number;
}

export const runFile = {
  data: 'etcd',
  certificates: 'certificates',
  /** Certificate of the API server and the one that signed it, both made by the API server. */
  authority: 'certificates/apiserver.crt',
  tokens: 'tokens.csv',
  serviceAccountKey: 'service-account.key',
  serviceAccountPublicKey: 'service-account.pub',
  adminKubeconfig: 'admin.kubeconfig',
  auditLog: 'audit.jsonl',
  controllerManagerKubeconfig: 'controller-manager.kubeconfig',
} as const;

const admissionPlugins = [
  'NamespaceLifecycle',
  'ServiceAccount',
  'ResourceQuota',
  'LimitRanger',
  'MutatingAdmissionWebhook',
  'ValidatingAdmissionWebhook',
  'ValidatingAdmissionPolicy',
  'PodSecurity',
];

export const apiUrl = (place: RunPlace): string => `https://127.0.0.1:${place.apiPort}`;
export const etcdUrl = (place: RunPlace): string => `http://127.0.0.1:${place.etcdPort}`;

/** One member without peers, on data that are thrown away. */
export function etcdArguments(place: RunPlace): readonly string[] {
  return [
    `--data-dir=${join(place.folder, runFile.data)}`,
    `--listen-client-urls=${etcdUrl(place)}`,
    `--advertise-client-urls=${etcdUrl(place)}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    '--initial-advertise-peer-urls=http://127.0.0.1:0',
    '--initial-cluster=default=http://127.0.0.1:0',
    '--unsafe-no-fsync',
    '--quota-backend-bytes=4294967296',
    '--log-level=warn',
  ];
}

export function apiServerArguments(place: RunPlace, auditPolicy?: string): readonly string[] {
  const file = (name: string): string => join(place.folder, name);
  return [
    `--etcd-servers=${etcdUrl(place)}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${place.apiPort}`,
    `--cert-dir=${file(runFile.certificates)}`,
    `--token-auth-file=${file(runFile.tokens)}`,
    '--authorization-mode=RBAC',
    `--enable-admission-plugins=${admissionPlugins.join(',')}`,
    '--allow-privileged=true',
    '--service-cluster-ip-range=10.0.0.0/16',
    '--endpoint-reconciler-type=none',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${file(runFile.serviceAccountPublicKey)}`,
    `--service-account-signing-key-file=${file(runFile.serviceAccountKey)}`,
    '--enable-priority-and-fairness=false',
    '--max-requests-inflight=0',
    '--max-mutating-requests-inflight=0',
    ...(auditPolicy === undefined
      ? []
      : [`--audit-policy-file=${auditPolicy}`, `--audit-log-path=${file(runFile.auditLog)}`]),
  ];
}

export function controllerManagerArguments(place: RunPlace): readonly string[] {
  const file = (name: string): string => join(place.folder, name);
  return [
    `--kubeconfig=${file(runFile.controllerManagerKubeconfig)}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${file(runFile.serviceAccountKey)}`,
    `--root-ca-file=${file(runFile.authority)}`,
    '--controllers=*,-nodeipam,-node-route-controller,-cloud-node-lifecycle-controller,-service-lb-controller',
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
  ];
}
