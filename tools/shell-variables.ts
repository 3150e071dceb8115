import { names } from '../charts/workloads.ts';
import type { Environment } from '../stacks/index.ts';

/** What a command in a runbook needs to know of an environment, by the name of its shell variable. */
export function shellVariables(environment: Environment, context = ''): Readonly<Record<string, string>> {
  const { name, cluster, namespaces, rabbitmq, delivery, monitoring, receiver, rollout } = environment;
  return {
    ENV: name,
    // not CONTEXT: a verb of make would take it for the next environment as well
    CLUSTER: context === '' ? cluster.context : context,
    CONTROL: namespaces.control,
    // an alert names the namespace where there are several
    FUNCTIONS: namespaces.functions[0] ?? namespaces.control,
    // Flagger serves from a copy of the Deployment
    RECEIVER:
      receiver.form === 'knative-service'
        ? names.receiverKnativeService
        : `${names.receiverDeployment}${rollout.canary === 'none' ? '' : '-primary'}`,
    BROKER: rabbitmq.cluster,
    BROKER_NAMESPACE: rabbitmq.namespace,
    VHOST: rabbitmq.vhost,
    KUSTOMIZATION: delivery.kustomization,
    MONITORING: monitoring.namespace,
  };
}

/** Lines that a shell evaluates. */
export function renderExports(variables: Readonly<Record<string, string>>): string {
  const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('');
}
