import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Environment } from '../stacks/index.ts';
import { Certificate } from './imports/cert-manager.ts';
import { names } from './workloads.ts';

export type Ingress = NonNullable<Extract<Environment['receiver'], { form: 'deployment' }>['ingress']>;

/** Events, and answers of those who approve: dead letters are taken from whoever hands them in, and metrics are nobody's business. */
const eventPaths = ['/', '/events', '/health', '/supervision/slack', '/supervision/answers'] as const;

const interfacePaths = { a2a: '/agents', mcp: '/mcp' } as const;

/** TLS entry from outside, to the Service of the receiver. */
export function addReceiverIngress(
  chart: Chart,
  metadata: k8s.ObjectMeta,
  { features, ingress }: { readonly features: Environment['features']; readonly ingress: Ingress },
): void {
  const backend = { service: { name: names.receiverDeployment, port: { name: 'http' } } };
  const { className, annotations, tls } = ingressController(ingress);
  if (ingress.controller === 'nginx') {
    const { namespace } = metadata;
    new Certificate(chart, 'certificate', {
      metadata: { name: names.receiverTlsSecret, ...(namespace === undefined ? {} : { namespace }) },
      dnsNames: [ingress.host],
      clusterIssuer: ingress.clusterIssuer,
    });
  }
  new k8s.KubeIngress(chart, 'ingress', {
    metadata: { ...metadata, annotations },
    spec: {
      ingressClassName: className,
      tls: [tls],
      rules: [{ host: ingress.host, http: { paths: pathsOf(features).map((path) => ({ ...path, backend })) } }],
    },
  });
}

function pathsOf({ interfaces }: Environment['features']) {
  return [
    ...eventPaths.map((path) => ({ path, pathType: 'Exact' })),
    ...interfaces.map((name) => ({ path: interfacePaths[name], pathType: 'Prefix' })),
  ];
}

interface IngressController {
  readonly className: string;
  readonly annotations: Record<string, string>;
  readonly tls: k8s.IngressTls;
}

/** What differs between the controllers: where the certificate comes from, and how pods are reached. */
function ingressController(ingress: Ingress): IngressController {
  const hosts = [ingress.host];
  switch (ingress.controller) {
    case 'alb':
      return {
        className: 'alb',
        annotations: {
          'alb.ingress.kubernetes.io/scheme': ingress.scheme,
          'alb.ingress.kubernetes.io/target-type': 'ip',
          'alb.ingress.kubernetes.io/listen-ports': '[{"HTTPS":443}]',
          'alb.ingress.kubernetes.io/healthcheck-path': '/ready',
        },
        tls: { hosts },
      };
    case 'nginx':
      return {
        className: 'nginx',
        annotations: { 'nginx.ingress.kubernetes.io/service-upstream': 'true' },
        tls: { hosts, secretName: names.receiverTlsSecret },
      };
  }
}
