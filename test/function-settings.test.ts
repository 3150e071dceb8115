import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../operator/config.ts';
import { functionVariables } from '../operator/function/configuration.ts';
import { readEnvironments } from '../stacks/index.ts';
import { deployedController } from './deployed-programs.ts';

const environments = readEnvironments();

/** Variables that no environment sets, because there is one answer for all; a person who runs the operator may. */
const unset = ['BROKER_NAME', 'FUNCTION_LOG_LEVEL', 'FUNCTION_TIMEOUT_SECONDS', 'OPERATOR_IMAGE_PULL_POLICY'];
/** Variables of some environments only: a role, a registry without TLS. */
const ofSome = ['BUILD_INSECURE_REGISTRY', 'BUILD_ROLE_ARN'];

const variablesOf = (name: string) => {
  const { args, variables } = deployedController(name);
  return { args, variables: { ...variables, POD_NAMESPACE: 'control' } };
};

describe.each(environments)('the controller of $name', (environment) => {
  const { args, variables } = variablesOf(environment.name);
  const { functions, referenceNamespaces } = readConfig(args, variables);

  test('gets every setting of functions from the manifests', () => {
    const missing = Object.keys(functionVariables).filter((name) => !(name in variables));
    expect(missing.filter((name) => ![...unset, ...ofSome].includes(name))).toEqual([]);
  });

  test('builds as the environment says', () => {
    const { builds } = environment;
    expect(functions.builds).toMatchObject({
      builder: builds.builder,
      maxConcurrent: builds.maxConcurrent,
      resources: builds.resources,
      scratchSize: builds.scratchSize,
      pod: { nodeSelector: builds.nodeSelector, tolerations: builds.tolerations },
    });
    expect(functions.builds.pod.identity.kind === 'none').toBe(environment.cloud === undefined);
    expect(functions.builds.builderImage).toContain(builds.builder);
  });

  test('watches the Secrets of the namespaces in which it has the right to', () => {
    expect(referenceNamespaces).toEqual(environment.namespaces.functions);
  });
});
