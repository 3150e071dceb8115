import { describe, expect, test } from '@jest/globals';
import { ConfigurationError, findEnvironment, readEnvironments } from '../../stacks/index.ts';
import type { Change, Plan, Target, Verb } from './verb.ts';
import { parseCall, shownName, verbs } from './verbs.ts';

const environments = readEnvironments();

const job = (name: string, type: string) => ({
  metadata: { name },
  status: { conditions: [{ type, status: 'True' }] },
});

/** A cluster in which Flux delivers, a canary is under way and queues are filled. */
async function look(args: readonly string[]): Promise<string> {
  if (args.includes('list_queues')) {
    return JSON.stringify([
      { name: 'build-events-dev', messages: 3, consumers: 0 },
      { name: 'dead-letters', messages: 2, consumers: 0 },
    ]);
  }
  if (args.includes('jobs')) {
    return JSON.stringify({ items: [job('build-1', 'Failed'), job('build-2', 'Complete')] });
  }
  if (args.includes('api-resources')) return 'kustomizations.kustomize.toolkit.fluxcd.io\n';
  if (args.includes('lambda-dlq-dlq-queue')) return 'dead-letters';
  return args.some((arg) => arg.startsWith('canaries')) ? 'Progressing' : `${args[2]}=`;
}

const given = {
  FUNCTION: 'hello',
  REPLICAS: '3',
  BRANCH: 'feature/x',
  WORKLOAD: 'knative-lambda-operator',
  QUEUE: 'build-events',
};

const targetOf = (name: string, variables: Target['variables'] = given): Target => ({
  environment: findEnvironment(environments, name),
  now: new Date('2026-01-02T03:04:05Z'),
  variables,
  look,
});

const find = (name: string): Verb => {
  const call = parseCall(name);
  if (call === undefined) throw new Error(`no verb ${name}`);
  return call.verb;
};

const changesOf = ({ steps }: Plan): readonly Change[] =>
  steps.flatMap((step) => (step.kind === 'change' ? [step] : []));

async function changesIn(
  verb: string,
  environment: string,
  variables?: Target['variables'],
): Promise<readonly string[]> {
  const plan = await find(verb).plan(targetOf(environment, variables));
  return changesOf(plan).map(({ args }) => args.join(' '));
}

const sourcePatch = async (target: Target): Promise<readonly string[] | undefined> =>
  changesOf(await find('flux-test-branch').plan(target))[1]?.args;

const refuseToLook = async (): Promise<never> => {
  throw new ConfigurationError(['forbidden']);
};

const outcomes = await Promise.all(
  verbs.flatMap((verb) =>
    environments.map(async ({ name }) => {
      try {
        return { verb, name, plan: await verb.plan(targetOf(name)) };
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        return { verb, name, refusal: error.message };
      }
    }),
  ),
);

const plans = outcomes.flatMap(({ verb, plan }) => (plan === undefined ? [] : [{ verb, plan }]));
const allArguments = plans.flatMap(({ plan }) =>
  [...(plan.before ?? []), ...plan.steps].flatMap((step) => (step.kind === 'say' ? [] : [step.args])),
);

describe('the table of verbs', () => {
  test('has no name twice, and none that make would read as another one', () => {
    expect(verbs.map(({ name }) => name).toSorted()).toEqual([...new Set(verbs.map(({ name }) => name))].toSorted());
    expect(
      verbs.filter(({ name, environment }) => environment !== 'suffix' && parseCall(name)?.verb.name !== name),
    ).toEqual([]);
  });

  test('plans every verb in at least one environment', () => {
    const planned = new Set(plans.map(({ verb }) => verb.name));
    expect(verbs.map(({ name }) => name).filter((name) => !planned.has(name))).toEqual([]);
  });

  test('refuses with the environments that are allowed', () => {
    const refusals = outcomes.flatMap(({ refusal }) => refusal ?? []);
    expect(refusals.length).toBeGreaterThan(0);
    expect(refusals.filter((text) => !/: got .+, allowed .+; /.test(text))).toEqual([]);
  });

  test('changes nothing in a verb that reads', () => {
    const reading = plans.filter(({ verb }) => verb.risk === 'reads');
    expect(reading.flatMap(({ verb, plan }) => (changesOf(plan).length > 0 ? [verb.name] : []))).toEqual([]);
  });

  test('passes arguments, never a line for a shell', () => {
    expect(allArguments.length).toBeGreaterThan(100);
    expect(allArguments.flat().filter((arg) => arg === '' || arg.includes('undefined'))).toEqual([]);
    expect(allArguments.filter(([command = '']) => !/^[a-z-]+$/.test(command))).toEqual([]);
    // the runner adds the context
    expect(allArguments.flat().filter((arg) => arg.startsWith('--context'))).toEqual([]);
  });

  test.each(['canary-promote', 'rollout-undo', 'flux-suspend'])(
    'suspends Flux before %s changes what Flux would undo',
    async (name) => {
      const [first] = await changesIn(name, 'studio');
      expect(first).toContain('patch kustomizations.kustomize.toolkit.fluxcd.io studio-04-knative-instances');
      expect(first).toContain('{"spec":{"suspend":true}}');
    },
  );

  test('sets what must last on an object of Flux as the manager that Flux leaves alone', () => {
    const patches = allArguments.filter(
      (args) => args.includes('flux-system') && ['patch', 'annotate'].includes(args[0] ?? ''),
    );
    expect(patches.length).toBeGreaterThan(10);
    expect(patches.filter((args) => !args.join(' ').includes('--field-manager flux'))).toEqual([]);
  });

  test('says how to resume wherever it leaves Flux suspended', async () => {
    const { steps } = await find('rollout-undo').plan(targetOf('prd'));
    expect(steps.at(-1)).toEqual({ kind: 'say', text: expect.stringContaining('make flux-resume ENV=prd') });
  });
});

describe('the arguments of a verb', () => {
  test('promote a canary, let Flagger analyse again and resume Flux', async () => {
    const flux = 'patch kustomizations.kustomize.toolkit.fluxcd.io knative-lambda-prd --namespace flux-system';
    const canary =
      'patch canaries.flagger.app/knative-lambda-builder --namespace knative-lambda-prd --type merge --patch';
    expect(await changesIn('canary-promote', 'prd')).toEqual([
      `${flux} --field-manager flux --type merge --patch {"spec":{"suspend":true}}`,
      `${canary} {"spec":{"skipAnalysis":true}}`,
      `${canary} {"spec":{"skipAnalysis":false}}`,
      `${flux} --field-manager flux --type merge --patch {"spec":{"suspend":false}}`,
    ]);
  });

  test('roll a canary back through the count of failed checks', async () => {
    expect(await changesIn('canary-rollback', 'prd')).toEqual([
      'patch canaries.flagger.app/knative-lambda-builder --namespace knative-lambda-prd --subresource=status --type merge --patch {"status":{"failedChecks":1000}}',
    ]);
  });

  test('deploy through Flux where Flux delivers', async () => {
    expect(await changesIn('deploy-dev', 'dev')).toEqual([
      expect.stringContaining('annotate gitrepositories.source.toolkit.fluxcd.io homelab'),
      expect.stringContaining('annotate kustomizations.kustomize.toolkit.fluxcd.io knative-lambda-dev'),
    ]);
  });

  test('point the source at a branch, and an OCI repository at a tag', async () => {
    const pro = targetOf('pro');
    expect((await sourcePatch(pro))?.at(-1)).toBe('{"spec":{"ref":{"branch":"feature/x"}}}');
    const delivery = { ...pro.environment.delivery, repository: 'oci://registry:5000/manifests' };
    const oci = await sourcePatch({ ...pro, environment: { ...pro.environment, delivery } });
    expect(oci).toContain('ocirepositories.source.toolkit.fluxcd.io');
    expect(oci?.at(-1)).toBe('{"spec":{"ref":{"tag":"feature/x"}}}');
  });

  test('apply the checkout where no Flux is', async () => {
    const target: Target = { ...targetOf('dev'), look: async () => '' };
    const plan = await find('deploy-dev').plan(target);
    expect(changesOf(plan).map(({ args }) => args[0])).toEqual(['apply']);
    expect(plan.steps).toContainEqual({ kind: 'say', text: expect.stringContaining('Flux does not deliver dev here') });
  });

  test('fails where Flux cannot be seen, since it might undo the change', async () => {
    const blind: Target = { ...targetOf('dev'), look: refuseToLook };
    await expect(Promise.resolve(blind).then(find('scale-builder').plan)).rejects.toThrow('forbidden');
  });

  test('deploy the checkout when asked to, with Flux suspended', async () => {
    expect(await changesIn('deploy-dev', 'dev', { FROM: 'checkout' })).toEqual([
      expect.stringContaining('{"spec":{"suspend":true}}'),
      'apply --server-side --force-conflicts --field-manager flux -k manifests/dev',
    ]);
  });

  test('scale what sets the number of pods: the Deployment, or the autoscaler of the primary', async () => {
    expect(await changesIn('scale-builder', 'dev')).toEqual([
      expect.stringContaining('{"spec":{"suspend":true}}'),
      'scale deployment/knative-lambda-builder --namespace knative-lambda-dev --replicas=3',
    ]);
    const primary = 'patch horizontalpodautoscalers.autoscaling/knative-lambda-builder-primary --namespace';
    expect(await changesIn('scale-builder', 'prd')).toEqual([
      `${primary} knative-lambda-prd --type merge --patch {"spec":{"minReplicas":3}}`,
    ]);
    expect(await changesIn('scale-builder', 'studio')).toEqual([
      `${primary} knative-lambda --type merge --patch {"spec":{"minReplicas":3,"maxReplicas":3}}`,
    ]);
  });

  test('purge only queues of the environment that hold something', async () => {
    expect(await changesIn('rabbitmq-purge-lambda-queues-dev', 'dev')).toEqual([
      expect.stringMatching(/rabbitmqctl --silent --vhost \/knative-lambda-dev purge_queue build-events-dev$/),
    ]);
    expect(await changesIn('rabbitmq-purge-lambda-queues-prd', 'prd')).toEqual([]);
  });

  test('purge dead letters only, and offer to replay them', async () => {
    const plan = await find('rabbitmq-purge-dead-letters-dev').plan(targetOf('dev'));
    expect(changesOf(plan).map(({ args }) => args.slice(-2))).toEqual([['purge_queue', 'dead-letters']]);
    expect(plan.warnings).toContainEqual(expect.stringContaining('make rabbitmq-replay-dead-letters-dev QUEUE='));
  });

  test('replay dead letters with a shovel that ends by itself', async () => {
    const changes = await changesIn('rabbitmq-replay-dead-letters-dev', 'dev', { QUEUE: 'build-events-dev' });
    expect(changes).toEqual([
      expect.stringMatching(/rabbitmq-plugins --silent enable rabbitmq_shovel$/),
      expect.stringMatching(/set_parameter shovel replay-dead-letters .*"src-delete-after":"queue-length"/),
    ]);
  });

  test('delete failed build Jobs by name', async () => {
    expect(await changesIn('clean-failed-builds', 'dev')).toEqual([
      'delete jobs --namespace knative-lambda-dev-functions build-1',
    ]);
  });

  test.each([
    ['scale-builder', 'staging', { REPLICAS: '9' }, 'raise receiver.autoscaling.maxReplicas of staging'],
    ['scale-builder', 'pro', { REPLICAS: '3' }, 'whose receiver is a Knative Service'],
    ['scale-builder', 'dev', {}, 'REPLICAS: got nothing, allowed 1 to 50'],
    ['canary-promote', 'dev', {}, 'got dev, which has no canary (rollout.canary), allowed'],
    ['ab-split-status', 'prd', {}, 'has no A/B test (rollout.abTesting), allowed studio, studio-1-node'],
    ['k6-smoke', 'prd', {}, 'where loadTests is none, allowed dev'],
    ['flux-test-branch', 'dev', { BRANCH: 'x' }, 'cluster tiers: got prd on it, allowed no production'],
    ['flux-test-branch', 'pro', {}, 'BRANCH: got nothing'],
    ['trigger-build-dev', 'dev', { FUNCTION: 'Hello World' }, 'FUNCTION: got "Hello World", allowed a name'],
    ['trigger-build-dev', 'dev', { FUNCTION: 'a', NAMESPACE: 'kube-system' }, 'allowed knative-lambda-dev-functions'],
    ['deploy-dev', 'dev', { TIMEOUT: 'soon' }, 'TIMEOUT: got "soon", allowed a duration'],
    [
      'rabbitmq-replay-dead-letters-dev',
      'dev',
      { QUEUE: 'x' },
      'allowed build-events-dev, service-events-dev, results-dev',
    ],
    ['rollout-undo', 'pro', { WORKLOAD: 'knative-lambda-builder' }, 'allowed knative-lambda-operator;'],
  ])('fails to plan %s in %s with %j', async (...[verb, environment, variables, refusal]) => {
    await expect(changesIn(verb, environment, variables)).rejects.toThrow(refusal);
  });

  test.each([
    ['canary-promote', 'Succeeded'],
    ['canary-rollback', ''],
  ])('fails to plan %s in phase "%s"', async (...[verb, phase]) => {
    const target: Target = { ...targetOf('prd'), look: async () => phase };
    await expect(Promise.resolve(target).then(find(verb).plan)).rejects.toThrow('nothing is being rolled out');
  });
});

describe('a word of make', () => {
  test('may end with an environment, known or not', () => {
    expect(parseCall('deploy-pro-1-node')).toMatchObject({ verb: { name: 'deploy' }, environment: 'pro-1-node' });
    expect(parseCall('deploy-prod')).toMatchObject({ verb: { name: 'deploy' }, environment: 'prod' });
  });

  test('is the longer verb where both could be meant', () => {
    expect(parseCall('deploy-diff')).toMatchObject({ verb: { name: 'deploy-diff' }, environment: '' });
  });

  test('is shown with a place for the environment', () => {
    expect(shownName(find('trigger-build-dev'))).toBe('trigger-build-<env>');
    expect(parseCall('trigger-build')).toBeUndefined();
  });
});
