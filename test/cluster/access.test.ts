import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Account, agentTiers, grants } from '../../operator/api/index.ts';
import { type Environment, projectRoot, readEnvironments } from '../../stacks/index.ts';
import { locateControlPlane } from '../../tools/real-parts/locate.ts';
import { readManifests } from './committed-manifests.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { readForeignCrds } from './foreign-crds.ts';
import { makePlatformNamespaces } from './platform-namespaces.ts';

const environments = readEnvironments();
const elsewhere = 'somebody-elses-namespace';

interface Question {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verb: string;
  readonly namespace: string;
  readonly name?: string;
}

const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'bind', 'escalate'];

/** Resources that somebody could want beyond those that are granted. */
const coveted = [
  { group: '', resource: 'nodes' },
  { group: '', resource: 'namespaces' },
  { group: '', resource: 'persistentvolumeclaims' },
  { group: '', resource: 'pods', subresource: 'exec' },
  { group: '', resource: 'serviceaccounts', subresource: 'token' },
  { group: 'apps', resource: 'deployments' },
  { group: 'rbac.authorization.k8s.io', resource: 'roles' },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings' },
  { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
  { group: 'admissionregistration.k8s.io', resource: 'validatingwebhookconfigurations' },
];

const granted = grants.flatMap(({ apiGroup, resources }) =>
  resources.map((path) => {
    const [resource = '', subresource] = path.split('/');
    return subresource === undefined ? { group: apiGroup, resource } : { group: apiGroup, resource, subresource };
  }),
);

const targets = [...new Map([...granted, ...coveted].map((one) => [JSON.stringify(one), one])).values()];

function allQuestions(namespaces: readonly string[]): readonly Question[] {
  return targets.flatMap((target) =>
    verbs.flatMap((verb) => namespaces.map((namespace) => ({ ...target, verb, namespace }))),
  );
}

function namespacesOf({ namespaces, watch }: Environment, scope: (typeof grants)[number]['scope']): readonly string[] {
  switch (scope) {
    case 'watched':
      return watch === 'all' ? [namespaces.control, ...namespaces.functions, elsewhere] : namespaces.functions;
    case 'control':
      return [namespaces.control];
    case 'functions':
      return namespaces.functions;
  }
}

function isGranted(environment: Environment, account: Account | 'none', question: Question): boolean {
  const path = question.subresource === undefined ? question.resource : `${question.resource}/${question.subresource}`;
  return grants.some(
    (grant) =>
      grant.account === account &&
      grant.apiGroup === question.group &&
      grant.resources.includes(path) &&
      grant.verbs.includes(question.verb) &&
      (grant.resourceNames === undefined ||
        (question.name !== undefined && grant.resourceNames.includes(question.name))) &&
      namespacesOf(environment, grant.scope).includes(question.namespace),
  );
}

const accountsOf = ({ namespaces }: Environment) =>
  [
    { account: 'operator', user: `system:serviceaccount:${namespaces.control}:knative-lambda-operator` },
    { account: 'receiver', user: `system:serviceaccount:${namespaces.control}:knative-lambda-receiver` },
    { account: 'none', user: `system:serviceaccount:${namespaces.functions[0]}:knative-lambda-builder` },
    { account: 'none', user: `system:serviceaccount:${namespaces.functions[0]}:knative-lambda-function` },
    { account: 'none', user: `system:serviceaccount:${namespaces.control}:knative-lambda-secrets` },
  ] as const;

const show = ({ verb, group, resource, subresource, namespace, name }: Question): string =>
  `${verb} ${[resource, subresource].filter(Boolean).join('/')}.${group} ${name ?? ''} in ${namespace}`;

describe.each(environments.map((environment) => ({ name: environment.name, environment })))(
  'access in $name',
  ({ name, environment }) => {
    let controlPlane: ControlPlane;
    const { control, functions } = environment.namespaces;

    beforeAll(async () => {
      controlPlane = await startControlPlane({ crds: readForeignCrds() });
      await makePlatformNamespaces(controlPlane.admin);
      for (const manifest of [...readManifests('shared'), ...readManifests(name)]) {
        await controlPlane.admin.apply(manifest, { fieldManager: 'flux' });
      }
    }, 60_000);

    afterAll(async () => controlPlane.stop());

    test.each(accountsOf(environment))(
      'lets $user do what the table of grants says, and nothing else',
      async ({ account, user }) => {
        const questions = allQuestions([...new Set([control, ...functions, elsewhere])]);
        const answers = await Promise.all(
          questions.map(async (question) => ({
            question,
            got: await controlPlane.admin.accessReview({ user, ...question }),
          })),
        );
        const wrong = answers
          .filter(({ question, got }) => got !== isGranted(environment, account, question))
          .map(({ question, got }) => `${got ? 'may' : 'may not'} ${show(question)}`);
        expect(wrong).toEqual([]);
      },
      60_000,
    );

    test('lets the operator bind the agent tiers by name, and no other ClusterRole', async () => {
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
      expect(await Promise.all(agentTiers.map(review))).toEqual(agentTiers.map(() => true));
      expect(await Promise.all(['cluster-admin', 'admin', 'view'].map(review))).toEqual([false, false, false]);
    });

    test('watches the Secrets of a namespace that is not listed after the documented command only', async () => {
      const namespace = 'team-a';
      await controlPlane.admin.apply(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
        { fieldManager: 'test' },
      );
      const user = `system:serviceaccount:${control}:knative-lambda-operator`;
      const maySee = (): Promise<boolean> =>
        controlPlane.admin.accessReview({ user, verb: 'list', group: '', resource: 'secrets', namespace });
      expect(await maySee()).toBe(false);
      const page = readFileSync(join(projectRoot, 'docs', 'operations', 'namespaces.md'), 'utf8');
      const [, ...command] = /^kubectl create rolebinding .*$/m.exec(page)?.[0].split(' ') ?? [];
      const { status, stderr } = spawnSync(locateControlPlane()?.kubectl ?? '', command, {
        env: { ...process.env, KUBECONFIG: controlPlane.kubeconfig },
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      // the binding names a ClusterRole that only environments with watch: all have
      const expected = environment.watch === 'all';
      await eventually(async () => (await maySee()) === expected, { timeoutMs: 10_000 });
    }, 20_000);
  },
);
