import { Rate } from 'k6/metrics';
import type { Options } from 'k6/options';
import { type Access, isAllowed } from './kubernetes.ts';

/** One pass over the tier matrix: each agent tier may do what it is for, and nothing else. */
export const options: Options = {
  scenarios: { matrix: { executor: 'per-vu-iterations', exec: 'reviewTiers', vus: 1, iterations: 1 } },
  // one wrong right is one too many
  thresholds: { rbac_as_intended: ['rate==1'] },
};

const asIntended = new Rate('rbac_as_intended');

const right = (verb: string, group: string, resource: string, subresource?: string): Access => ({
  verb,
  group,
  resource,
  subresource,
});

const rights = {
  readFunctions: right('list', 'lambda.knative.io', 'lambdafunctions'),
  watchFunctions: right('watch', 'lambda.knative.io', 'lambdafunctions'),
  writeFunctions: right('create', 'lambda.knative.io', 'lambdafunctions'),
  writeAgents: right('create', 'lambda.knative.io', 'lambdaagents'),
  readServices: right('get', 'serving.knative.dev', 'services'),
  writeServices: right('patch', 'serving.knative.dev', 'services'),
  readBrokers: right('list', 'eventing.knative.dev', 'brokers'),
  writeBrokers: right('create', 'eventing.knative.dev', 'brokers'),
  writeTriggers: right('create', 'eventing.knative.dev', 'triggers'),
  writeJobs: right('create', 'batch', 'jobs'),
  startLoadTests: right('create', 'k6.io', 'testruns'),
  readLogs: right('get', '', 'pods', 'log'),
} as const;

/** What no tier may do, whatever else it is for. */
const forbidden = [
  right('get', '', 'secrets'),
  right('create', '', 'secrets'),
  right('create', 'rbac.authorization.k8s.io', 'rolebindings'),
  right('patch', 'lambda.knative.io', 'lambdafunctions', 'status'),
  right('create', '', 'pods', 'exec'),
];

type Name = keyof typeof rights;

const viewer: readonly Name[] = ['readFunctions', 'watchFunctions', 'readServices', 'readBrokers', 'readLogs'];
const developer: readonly Name[] = [...viewer, 'writeFunctions', 'writeTriggers'];
const orchestrator: readonly Name[] = [...developer, 'writeBrokers'];
const admin: readonly Name[] = [...orchestrator, 'writeAgents', 'writeServices', 'writeJobs'];
/** May all that is in the table. */
const tester: readonly Name[] = [...admin, 'startLoadTests'];

const tiers: readonly { readonly tier: string; readonly may: readonly Name[] }[] = [
  { tier: 'lambda-agent-restricted', may: ['readFunctions'] },
  { tier: 'lambda-agent-viewer', may: viewer },
  { tier: 'lambda-agent-developer', may: developer },
  { tier: 'lambda-agent-orchestrator', may: orchestrator },
  { tier: 'lambda-agent-admin', may: admin },
  { tier: 'lambda-agent-security-tester', may: tester },
];

export function reviewTiers(): void {
  for (const { tier, may } of tiers) {
    for (const name of tester) {
      expectAccess(tier, rights[name], may.includes(name));
    }
    forbidden.forEach((one) => expectAccess(tier, one, false));
  }
}

/** A user that nobody can log in as, bound to the tier for this review. */
const userOf = (tier: string): string => `knative-lambda:load-test:${tier}`;

function expectAccess(tier: string, access: Access, expected: boolean): void {
  const got = isAllowed(userOf(tier), access);
  asIntended.add(got === expected);
  if (got !== expected) {
    console.error(`${tier}: got ${got}, expected ${expected} for ${JSON.stringify(access)}`);
  }
}
