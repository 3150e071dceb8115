import { labels } from '../../operator/api/index.ts';
import type { Environment } from '../../stacks/index.ts';

/** What every object of an environment carries; never part of a selector, which could not change later. */
export function environmentLabels(environment: Environment): Record<string, string> {
  return {
    [labels.appPartOf]: 'knative-lambda',
    [labels.appManagedBy]: 'knative-lambda-operator',
    environment: environment.name,
    'managed-by': environment.delivery.mode === 'gitops' ? 'flux' : 'pulumi',
  };
}

export type Component =
  | 'operator'
  | 'lambda-receiver'
  | 'lambda-runtime'
  | 'event-source'
  | 'build-system'
  | 'agent-rbac'
  | 'samples'
  | 'broker'
  | 'testing';

export function componentLabels(name: string, component: Component): Record<string, string> {
  return { [labels.appName]: name, [labels.appComponent]: component };
}
