import { networkInterfaces } from 'node:os';
import type { OperatedCluster } from './operated-cluster.ts';

export interface ServedPod {
  readonly namespace: string;
  /** Name of the Service and of its pod. */
  readonly name: string;
  readonly portName: string;
  readonly servicePort: number;
  /** Port of the server in this process, which listens on every address. */
  readonly port: number;
}

/** A Service whose pod is a server of this process: the API server forwards to addresses of pods only, never to loopback. */
export async function serveFromPod({ controlPlane, patch }: OperatedCluster, props: ServedPod): Promise<void> {
  const { namespace, name, portName, servicePort, port } = props;
  const ip = ownAddress();
  const metadata = { name, namespace };
  const container = {
    name: 'server',
    image: 'server:1',
    resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1m', memory: '1Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } },
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: { automountServiceAccountToken: false, containers: [container] } },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: portName, port: servicePort }] } },
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata,
      subsets: [{ addresses: [{ ip, targetRef: { kind: 'Pod', ...metadata } }], ports: [{ name: portName, port }] }],
    },
  ];
  for (const object of objects) await controlPlane.admin.apply(object, { fieldManager: 'test', force: true });
  await patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, {
    status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] },
  });
}

function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = all.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (found === undefined) throw new Error('this machine has no address beside loopback');
  return found.address;
}
