import type { Environment } from '../stacks/index.ts';

/** What a command in a runbook needs to know of an environment, by the name of its shell variable. */
export function shellVariables(environment: Environment, context = ''): Readonly<Record<string, string>> {
  const { name, cluster, codeStore, namespaces, rabbitmq, delivery, monitoring } = environment;
  return {
    ENV: name,
    // not CONTEXT: a verb of make would take it for the next environment as well
    CLUSTER: context === '' ? cluster.context : context,
    CONTROL: namespaces.control,
    // an alert names the namespace where there are several
    FUNCTIONS: namespaces.functions[0] ?? namespaces.control,
    BROKER: rabbitmq.cluster,
    BROKER_NAMESPACE: rabbitmq.namespace,
    KUSTOMIZATION: delivery.kustomization,
    MONITORING: monitoring.namespace,
    CODE_BUCKET: codeStore.bucket,
  };
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Lines that a shell evaluates. */
export function renderExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('');
}
