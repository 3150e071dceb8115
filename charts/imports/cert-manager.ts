import { ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';

export interface CertificateProps {
  /** The Secret that holds the certificate has the same name. */
  readonly metadata: ApiObjectMetadata & { readonly name: string };
  readonly dnsNames: readonly string[];
  readonly clusterIssuer: string;
}

/** A certificate that is renewed a month before its end, cert-manager.io/v1. */
export class Certificate extends ApiObject {
  constructor(scope: Construct, id: string, { metadata, dnsNames, clusterIssuer }: CertificateProps) {
    const issuerRef = { group: 'cert-manager.io', kind: 'ClusterIssuer', name: clusterIssuer };
    super(scope, id, {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata,
      spec: {
        secretName: metadata.name,
        dnsNames,
        issuerRef,
        duration: '2160h',
        renewBefore: '720h',
        privateKey: { rotationPolicy: 'Always' },
      },
    });
  }
}
