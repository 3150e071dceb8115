import type {
  DebianPackagesPart,
  GoModuleFilesPart,
  GoProgram,
  GoProgramsPart,
  NpmPackagesPart,
  Part,
  PythonPackagesPart,
} from './part.ts';

const kubernetes = { version: 'v1.34.4', major: '1', minor: '34' } as const;

/** Programs that check the server version refuse what an unstamped build reports. */
const kubernetesStamp = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) => [
  `-X ${path}.gitVersion=${kubernetes.version}`,
  `-X ${path}.gitMajor=${kubernetes.major}`,
  `-X ${path}.gitMinor=${kubernetes.minor}`,
  `-X ${path}.gitTreeState=clean`,
  `-X ${path}.gitCommit=${'0'.repeat(40)}`,
  `-X ${path}.buildDate=1970-01-01T00:00:00Z`,
]);

const kubernetesProgram = (binary: string): GoProgram => ({
  binary,
  module: 'kubernetes',
  package: `k8s.io/kubernetes/cmd/${binary}`,
  ldflags: kubernetesStamp,
});

export const controlPlanePart = {
  kind: 'go-programs',
  name: 'control-plane',
  tiers: ['cluster', 'faults', 'load', 'engine'],
  purpose: 'etcd, kube-apiserver, kube-controller-manager and kubectl',
  diskGiB: 6,
  programs: [
    { binary: 'etcd', module: 'etcd', package: 'go.etcd.io/etcd/server/v3' },
    kubernetesProgram('kube-apiserver'),
    kubernetesProgram('kube-controller-manager'),
    kubernetesProgram('kubectl'),
  ],
} as const satisfies GoProgramsPart;

export const foreignCrdsPart = {
  kind: 'go-module-files',
  name: 'foreign-crds',
  tiers: ['cluster', 'load', 'engine'],
  purpose: 'CustomResourceDefinitions of the systems that our objects are made for',
  diskGiB: 1,
  module: 'foreign-crds',
  keepKind: 'CustomResourceDefinition',
  sources: [
    { module: 'knative.dev/serving', version: 'v0.46.6', folder: 'config/core/300-resources' },
    { module: 'knative.dev/networking', version: 'v0.0.0-20250902160145-7dad473f6351', folder: 'config' },
    { module: 'knative.dev/caching', version: 'v0.0.0-20250902155343-ee61fe0faa82', folder: 'config' },
    { module: 'knative.dev/eventing', version: 'v0.46.0', folder: 'config/core/resources' },
    { module: 'github.com/rabbitmq/cluster-operator/v2', version: 'v2.16.0', folder: 'config/crd/bases' },
    { module: 'github.com/rabbitmq/messaging-topology-operator', version: 'v1.15.0', folder: 'config/crd/bases' },
    { module: 'github.com/fluxcd/flagger', version: 'v1.41.0', folder: 'artifacts/flagger', names: ['crd.yaml'] },
    { module: 'github.com/fluxcd/source-controller', version: 'v1.8.5', folder: 'config/crd/bases' },
    { module: 'github.com/fluxcd/kustomize-controller', version: 'v1.7.3', folder: 'config/crd/bases' },
    { module: 'github.com/fluxcd/notification-controller', version: 'v1.6.0', folder: 'config/crd/bases' },
    {
      module: 'sigs.k8s.io/gateway-api',
      version: 'v1.4.0',
      folder: 'config/crd/standard',
      names: ['gateway.networking.k8s.io_gateways.yaml', 'gateway.networking.k8s.io_httproutes.yaml'],
    },
    { module: 'github.com/bitnami-labs/sealed-secrets', version: 'v0.32.2', folder: 'helm/sealed-secrets/crds' },
    {
      module: 'github.com/external-secrets/external-secrets',
      version: 'v0.20.4',
      folder: 'config/crds/bases',
      names: [
        'external-secrets.io_externalsecrets.yaml',
        'external-secrets.io_secretstores.yaml',
        'external-secrets.io_clustersecretstores.yaml',
        'generators.external-secrets.io_ecrauthorizationtokens.yaml',
        'generators.external-secrets.io_passwords.yaml',
      ],
    },
    { module: 'github.com/cert-manager/cert-manager', version: 'v1.19.1', folder: 'deploy/crds' },
    {
      module: 'github.com/prometheus-operator/prometheus-operator',
      version: 'v0.85.0',
      folder: 'example/prometheus-operator-crd',
      names: [
        'monitoring.coreos.com_alertmanagerconfigs.yaml',
        'monitoring.coreos.com_servicemonitors.yaml',
        'monitoring.coreos.com_podmonitors.yaml',
        'monitoring.coreos.com_prometheusrules.yaml',
        'monitoring.coreos.com_scrapeconfigs.yaml',
      ],
    },
  ],
} as const satisfies GoModuleFilesPart;

export const knativeConfigurationPart = {
  kind: 'go-module-files',
  name: 'knative-configuration',
  tiers: ['cluster'],
  purpose: 'ConfigMaps of Knative, which say what can be configured',
  diskGiB: 1,
  module: 'foreign-crds',
  keepKind: 'ConfigMap',
  sources: [
    { module: 'knative.dev/serving', version: 'v0.46.6', folder: 'config/core/configmaps' },
    {
      module: 'knative.dev/networking',
      version: 'v0.0.0-20250902160145-7dad473f6351',
      folder: 'config',
      names: ['config-network.yaml'],
    },
    { module: 'knative.dev/eventing', version: 'v0.46.0', folder: 'config/core/configmaps' },
  ],
} as const satisfies GoModuleFilesPart;

export const knativeWebhookPart = {
  kind: 'go-programs',
  name: 'knative-webhook',
  tiers: ['cluster'],
  purpose: 'completes and refuses Knative Services as Knative Serving does',
  diskGiB: 2,
  programs: [{ binary: 'knative-webhook', module: 'knative-serving', package: 'knative.dev/serving/cmd/webhook' }],
} as const satisfies GoProgramsPart;

export const knativeControllerPart = {
  kind: 'go-programs',
  name: 'knative-controller',
  tiers: ['cluster'],
  purpose: 'turns Knative Services into revisions as Knative Serving does',
  diskGiB: 3,
  programs: [
    { binary: 'knative-controller', module: 'knative-serving', package: 'knative.dev/serving/cmd/controller' },
  ],
} as const satisfies GoProgramsPart;

export const knativeWebhookConfigurationPart = {
  kind: 'go-module-files',
  name: 'knative-webhook-configuration',
  tiers: ['cluster'],
  purpose: "how the API server is told of Knative's webhooks",
  diskGiB: 1,
  module: 'foreign-crds',
  keepKind: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'Secret'],
  sources: [{ module: 'knative.dev/serving', version: 'v0.46.6', folder: 'config/core/webhooks' }],
} as const satisfies GoModuleFilesPart;

export const kubesealPart = {
  kind: 'go-programs',
  name: 'kubeseal',
  tiers: ['cluster'],
  purpose: 'encrypts Secrets for Git, as make seal does',
  diskGiB: 1,
  programs: [
    { binary: 'kubeseal', module: 'kubeseal', package: 'github.com/bitnami-labs/sealed-secrets/cmd/kubeseal' },
  ],
} as const satisfies GoProgramsPart;

export const kustomizeControllerPart = {
  kind: 'go-programs',
  name: 'kustomize-controller',
  tiers: ['cluster'],
  purpose: 'applies environments as Flux does',
  diskGiB: 3,
  programs: [
    {
      binary: 'kustomize-controller',
      module: 'kustomize-controller',
      package: 'github.com/fluxcd/kustomize-controller',
    },
  ],
} as const satisfies GoProgramsPart;

export const notificationControllerPart = {
  kind: 'go-programs',
  name: 'notification-controller',
  tiers: ['cluster'],
  purpose: 'tells of deployments and hears of pushes as Flux does',
  diskGiB: 3,
  programs: [
    {
      binary: 'notification-controller',
      module: 'notification-controller',
      package: 'github.com/fluxcd/notification-controller',
    },
  ],
} as const satisfies GoProgramsPart;

export const sopsPart = {
  kind: 'go-programs',
  name: 'sops',
  tiers: ['cluster'],
  purpose: 'encrypts what Flux decrypts, and the key for it',
  diskGiB: 2,
  programs: [
    { binary: 'sops', module: 'sops', package: 'github.com/getsops/sops/v3/cmd/sops' },
    { binary: 'age-keygen', module: 'sops', package: 'filippo.io/age/cmd/age-keygen' },
  ],
} as const satisfies GoProgramsPart;

export const actionlintPart = {
  kind: 'go-programs',
  name: 'actionlint',
  tiers: ['cluster'],
  purpose: 'checks the workflow that synthesizes what image automation changed',
  diskGiB: 1,
  programs: [{ binary: 'actionlint', module: 'actionlint', package: 'github.com/rhysd/actionlint/cmd/actionlint' }],
} as const satisfies GoProgramsPart;

export const promtoolPart = {
  kind: 'go-programs',
  name: 'promtool',
  tiers: ['rules'],
  purpose: 'checks and unit-tests alerting and recording rules',
  diskGiB: 4,
  programs: [{ binary: 'promtool', module: 'prometheus', package: 'github.com/prometheus/prometheus/cmd/promtool' }],
} as const satisfies GoProgramsPart;

export const rabbitmqPart = {
  kind: 'debian-packages',
  name: 'rabbitmq',
  tiers: ['broker'],
  purpose: 'RabbitMQ, which takes the queues and policies of our objects',
  diskGiB: 1,
  packages: [
    'rabbitmq-server',
    ...['base', 'asn1', 'crypto', 'eldap', 'ftp', 'inets', 'mnesia', 'os-mon', 'parsetools', 'public-key'].map(
      (name) => `erlang-${name}`,
    ),
    ...['runtime-tools', 'snmp', 'ssl', 'syntax-tools', 'tftp', 'tools', 'xmerl'].map((name) => `erlang-${name}`),
  ],
  scripts: [{ path: 'usr/lib/erlang/bin/erl', root: '/usr/lib/erlang' }],
} as const satisfies DebianPackagesPart;

export const k6Part = {
  kind: 'go-programs',
  name: 'k6',
  tiers: ['load'],
  purpose: 'runs the load tests',
  diskGiB: 2,
  programs: [{ binary: 'k6', module: 'k6', package: 'go.k6.io/k6' }],
} as const satisfies GoProgramsPart;

export const prometheusPart = {
  kind: 'go-programs',
  name: 'prometheus',
  tiers: ['cluster', 'rules'],
  purpose: 'stores and queries metrics, as canaries are judged by',
  diskGiB: 4,
  programs: [
    { binary: 'prometheus', module: 'prometheus', package: 'github.com/prometheus/prometheus/cmd/prometheus' },
  ],
} as const satisfies GoProgramsPart;

export const flaggerPart = {
  kind: 'go-programs',
  name: 'flagger',
  tiers: ['cluster'],
  purpose: 'promotes canaries and rolls them back',
  diskGiB: 2,
  programs: [{ binary: 'flagger', module: 'flagger', package: 'github.com/fluxcd/flagger/cmd/flagger' }],
} as const satisfies GoProgramsPart;

export const pulumiPart = {
  kind: 'go-programs',
  name: 'pulumi',
  tiers: ['engine'],
  purpose: 'Pulumi CLI, where none is installed',
  diskGiB: 3,
  programs: [
    {
      binary: 'pulumi',
      module: 'pulumi',
      package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
      ldflags: ['-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.200.0'],
    },
  ],
} as const satisfies GoProgramsPart;

export const motoPart = {
  kind: 'python-packages',
  name: 'moto',
  tiers: ['fetch', 'engine'],
  purpose: 'answers as AWS does, and cfn-lint, which checks documents of AWS',
  diskGiB: 1,
  module: 'moto',
} as const satisfies PythonPackagesPart;

export const buildahPart = {
  kind: 'debian-packages',
  name: 'buildah',
  tiers: ['image'],
  purpose: 'builds the image of the product, and crun, which runs it',
  diskGiB: 1,
  packages: ['buildah', 'libgpgme11', 'libassuan0', 'libdevmapper1.02.1', 'libseccomp2', 'crun', 'libyajl2'],
  scripts: [],
} as const satisfies DebianPackagesPart;

export const nodeLibrariesPart = {
  kind: 'debian-packages',
  name: 'node-libraries',
  tiers: ['image'],
  purpose: 'what Node.js links to, as the image has it that it is taken from',
  diskGiB: 1,
  packages: ['libc6', 'libgcc-s1', 'libstdc++6'],
  scripts: [],
} as const satisfies DebianPackagesPart;

export const nodePart = {
  kind: 'npm-packages',
  name: 'node',
  tiers: ['image'],
  purpose: 'the Node.js of the product image',
  diskGiB: 1,
  module: 'node',
} as const satisfies NpmPackagesPart;

const packedChromium = 'node_modules/@sparticuz/chromium/bin';

export const chromiumPart = {
  kind: 'npm-packages',
  name: 'chromium',
  tiers: ['browser'],
  purpose: 'opens the page of a preview, as a reader does',
  diskGiB: 1,
  module: 'chromium',
  compressed: [
    { path: `${packedChromium}/chromium.br`, to: 'chromium' },
    { path: `${packedChromium}/al2023.tar.br`, to: 'libraries' },
    { path: `${packedChromium}/fonts.tar.br`, to: 'fonts' },
  ],
} as const satisfies NpmPackagesPart;

export const registryPart = {
  kind: 'go-programs',
  name: 'registry',
  tiers: ['image'],
  purpose: 'takes images, as the registry of an environment does',
  diskGiB: 2,
  programs: [
    { binary: 'registry', module: 'registry', package: 'github.com/distribution/distribution/v3/cmd/registry' },
  ],
} as const satisfies GoProgramsPart;

export const parts: readonly Part[] = [
  controlPlanePart,
  foreignCrdsPart,
  knativeConfigurationPart,
  knativeWebhookConfigurationPart,
  knativeWebhookPart,
  knativeControllerPart,
  kubesealPart,
  kustomizeControllerPart,
  k6Part,
  notificationControllerPart,
  sopsPart,
  actionlintPart,
  promtoolPart,
  prometheusPart,
  flaggerPart,
  rabbitmqPart,
  pulumiPart,
  motoPart,
  buildahPart,
  nodeLibrariesPart,
  nodePart,
  registryPart,
  chromiumPart,
];
