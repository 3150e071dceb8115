import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { allNamespaces } from '../../charts/workloads.ts';
import { type Account, agentTiers, type Grant, grantsFor } from '../../operator/api/index.ts';
import { type Environment, projectRoot, readEnvironments } from '../../stacks/index.ts';
import { locateControlPlane } from '../../tools/real-parts/locate.ts';
import type { ApiClient } from './api-client.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { makePlatformNamespaces } from './platform-namespaces.ts';

const environments = readEnvironments();
const clusters = [...new Set(environments.map(({ cluster }) => cluster.name))];
const elsewhere = 'somebody-elses-namespace';

/** What Kubernetes lets every account do: ask about itself. */
const everybody = [
  'create selfsubjectaccessreviews.authorization.k8s.io',
  'create selfsubjectrulesreviews.authorization.k8s.io',
  'create selfsubjectreviews.authentication.k8s.io',
];

/** What the account of the load tests may do where it runs: see charts/load-tests.ts. */
const loadTest = [
  ...['get', 'list', 'create', 'delete'].map((verb) => `${verb} lambdafunctions.lambda.knative.io`),
  'create localsubjectaccessreviews.authorization.k8s.io',
];

const orEverything = (names: readonly string[] | undefined): readonly string[] =>
  names === undefined || names.length === 0 ? [''] : names.map((name) => ` ${name}`);

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[] | undefined;
}

/** One line for each thing that a rule allows. */
const rightsOf = ({ verbs, apiGroups, resources, resourceNames }: Rule): readonly string[] =>
  verbs.flatMap((verb) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => orEverything(resourceNames).map((name) => `${verb} ${resource}.${group}${name}`)),
    ),
  );

interface Holder {
  readonly account: Account | undefined;
  /** Of the ServiceAccount. */
  readonly namespace: string;
}

function holdsIn(
  { namespaces, watch }: Pick<Environment, 'namespaces' | 'watch'>,
  { scope }: Pick<Grant, 'scope'>,
  { holder, namespace }: { readonly holder: Holder; readonly namespace: string },
): boolean {
  switch (scope) {
    case 'watched':
      return watch === 'all' || namespaces.functions.includes(namespace);
    case 'control':
      return namespace === namespaces.control;
    case 'functions':
      return namespaces.functions.includes(namespace);
    case 'default':
      return namespace === namespaces.functions[0];
    case 'own':
      return namespace === holder.namespace;
    case 'cluster':
      return true;
  }
}

const grantsOf = (environment: Environment, holder: Holder, namespace: string) =>
  grantsFor(environment.features).filter(
    (one) => one.account === holder.account && holdsIn(environment, one, { holder, namespace }),
  );

const asRule = ({ apiGroup, ...grant }: Grant): Rule => ({ ...grant, apiGroups: [apiGroup] });

const accounts: Readonly<Record<string, Account | undefined>> = {
  'knative-lambda-operator': 'operator',
  'knative-lambda-receiver': 'receiver',
  'knative-lambda-events': 'events',
  'knative-lambda-uploads': 'uploads',
  'knative-lambda-alerts': 'alerts',
};

/** Every ServiceAccount of an environment; the table of grants knows those above. */
const accountsOf = (environment: Environment) =>
  readManifests(environment.name)
    .filter(({ kind }) => kind === 'ServiceAccount')
    .map(({ metadata: { name, namespace = '' } }) => ({
      account: accounts[name],
      namespace,
      name,
      ownRights: name === 'knative-lambda-k6' ? loadTest : [],
    }));

const rulesReviewSchema = z.looseObject({
  status: z.looseObject({
    incomplete: z.literal(false),
    resourceRules: z.array(
      z.looseObject({
        verbs: z.array(z.string()),
        apiGroups: z.array(z.string()),
        resources: z.array(z.string()),
        resourceNames: z.array(z.string()).optional(),
      }),
    ),
  }),
});

/** Every right that the authorizer finds for this user in a namespace. */
async function rightsIn(client: ApiClient, namespace: string): Promise<readonly string[]> {
  const review = await client.create({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    metadata: {},
    spec: { namespace },
  });
  return rulesReviewSchema.parse(review.body).status.resourceRules.flatMap(rightsOf);
}

const sorted = (rights: readonly string[]): readonly string[] => [...new Set(rights)].toSorted();

describe.each(clusters)('access on the cluster %s', (cluster) => {
  let controlPlane: ControlPlane;
  const served = environments.filter((environment) => environment.cluster.name === cluster);

  beforeAll(async () => {
    controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
    await makePlatformNamespaces(controlPlane.admin);
    for (const manifest of ['shared', ...served.map(({ name }) => name)].flatMap(readManifests)) {
      await controlPlane.admin.apply(manifest, { fieldManager: 'flux' });
    }
  });

  afterAll(async () => controlPlane.stop());

  describe.each(served.map((environment) => ({ name: environment.name, environment })))(
    '$name',
    ({ name, environment }) => {
      const { control, functions } = environment.namespaces;
      const namespaces = [...new Set([...served.flatMap((one) => allNamespaces(one)), elsewhere])];

      test.each(accountsOf(environment))(
        'lets $namespace/$name do what the table of grants says, and nothing else',
        async ({ account, ownRights, ...serviceAccount }) => {
          const client = await controlPlane.asServiceAccount(serviceAccount.namespace, serviceAccount.name);
          for (const namespace of namespaces) {
            const granted = grantsOf(environment, { account, ...serviceAccount }, namespace)
              .map(asRule)
              .flatMap(rightsOf);
            const rights = await rightsIn(client, namespace);
            expect({ namespace, rights: sorted(rights) }).toEqual({
              namespace,
              rights: sorted([...granted, ...everybody, ...(namespace === serviceAccount.namespace ? ownRights : [])]),
            });
          }
        },
      );

      test('lets the operator bind the tiers that agents may ask for, and no other ClusterRole', async () => {
        const user = `system:serviceaccount:${control}:knative-lambda-operator`;
        const review = (role: string): Promise<boolean> =>
          controlPlane.admin.accessReview({
            user,
            verb: 'bind',
            group: 'rbac.authorization.k8s.io',
            resource: 'clusterroles',
            namespace: functions[0] ?? '',
            name: role,
          });
        const roles = [...agentTiers, 'cluster-admin', 'admin', 'view'];
        const answers = await Promise.all(roles.map(review));
        const allowed = environment.features.agentTiers.map((tier) => `lambda-agent-${tier}`);
        expect(roles.filter((_, index) => answers[index])).toEqual(allowed);
      });

      test('watches the Secrets of a namespace that is not listed after the documented command only', async () => {
        const namespace = `team-of-${name}`;
        await controlPlane.admin.apply(
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
          { fieldManager: 'test' },
        );
        const user = `system:serviceaccount:${control}:knative-lambda-operator`;
        const maySee = (): Promise<boolean> =>
          controlPlane.admin.accessReview({ user, verb: 'list', group: '', resource: 'secrets', namespace });
        expect(await maySee()).toBe(false);
        const page = readFileSync(join(projectRoot, 'docs', 'operations', 'namespaces.md'), 'utf8');
        const [, ...command] =
          /^kubectl create rolebinding .*$/m.exec(page)?.[0].replace('team-a', namespace).split(' ') ?? [];
        const { status, stderr } = spawnSync(locateControlPlane()?.kubectl ?? '', command, {
          env: { ...process.env, KUBECONFIG: controlPlane.kubeconfig },
          encoding: 'utf8',
        });
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
        // the binding names a ClusterRole that only environments with watch: all have
        const expected = environment.watch === 'all';
        await eventually(async () => (await maySee()) === expected);
      });
    },
  );
});
