import type { Environment } from '../../stacks/index.ts';
import { expectedConnections } from './expected-connections.ts';
import { ofKind } from './manifest.ts';
import { isOpen, readPolicies } from './network-policy.ts';
import type { Output } from './output.ts';

/** A connection that must be open and is closed, or the other way round; a namespace that is not closed by default. */
export function networkFaults({ environment, manifests }: Output): readonly string[] {
  const policies = readPolicies(manifests);
  const open = ofKind(manifests, 'Namespace')
    .map(({ metadata }) => metadata.name)
    .filter((name) => isReachableByStrangers(environment, name, policies));
  const wrong = expectedConnections(environment)
    .filter(({ connection, expected }) => isOpen(policies, connection) !== (expected === 'open'))
    .map(({ what, expected, connection }) => {
      const got = expected === 'open' ? 'closed' : 'open';
      const mend = expected === 'open' ? 'add a flow to the part that needs it' : 'narrow the flow that opens it';
      return `NetworkPolicy: ${what} (${connection.protocol} ${connection.port}) is ${got}, must be ${expected}; ${mend}`;
    });
  return [
    ...open.map((name) => `Namespace ${name}: a pod without labels is reachable; add a default-deny policy`),
    ...wrong,
  ];
}

function isReachableByStrangers(
  environment: Environment,
  namespace: string,
  policies: ReturnType<typeof readPolicies>,
): boolean {
  return isOpen(policies, {
    from: { kind: 'pod', namespace: `${environment.name}-stranger`, labels: {} },
    to: { kind: 'pod', namespace, labels: {} },
    port: 8080,
    protocol: 'TCP',
  });
}
