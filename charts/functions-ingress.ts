import { k8s } from 'cdk8s-plus-28';
import { Certificate } from './imports/cert-manager.ts';
import type { Part } from './part.ts';
import { functionsCertificate, names } from './workloads.ts';

/** Entry to functions from outside, where the environment is public: TLS ends here, before the gateway of Knative. */
export const functionsIngressPart: Part = {
  name: 'functions-ingress',
  build(chart, { environment }) {
    const { functionsIngress: ingress, namespaces } = environment;
    if (ingress.exposure === 'cluster-local') {
      return;
    }
    const hosts = namespaces.functions.map((namespace) => `*.${namespace}.${ingress.domain}`);
    // beside the Service of the gateway: an Ingress reaches Services of its own namespace only
    const metadata = { name: functionsCertificate(environment), namespace: names.gatewayNamespace };
    new Certificate(chart, 'certificate', { metadata, dnsNames: hosts, clusterIssuer: ingress.clusterIssuer });
    const backend = { service: { name: names.gateway, port: { number: 80 } } };
    new k8s.KubeIngress(chart, 'ingress', {
      metadata,
      spec: {
        ingressClassName: ingress.ingressClass,
        tls: [{ hosts, secretName: metadata.name }],
        rules: hosts.map((host) => ({ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } })),
      },
    });
  },
};
