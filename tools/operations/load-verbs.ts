import { ConfigurationError, type Environment, readEnvironments } from '../../stacks/index.ts';
import { asFlux } from './flux.ts';
import { change, type Plan, show, type Target, type Verb } from './verb.ts';

const kind = 'testruns.k6.io';
const loads = { smoke: '30 seconds', load: '13 minutes', stress: '24 minutes' } as const;
type Load = keyof typeof loads;

const runName = (load: Load): string => `knative-lambda-execute-${load}`;
const fileOf = ({ name }: Environment, file: string): readonly [string, string] => ['-f', `manifests/${name}/${file}`];

/** @throws ConfigurationError where the environment runs no load tests */
function namespaceOf({ environment }: Target): readonly [string, string] {
  const { control, functions } = environment.namespaces;
  if (environment.loadTests !== 'none') return ['--namespace', functions[0] ?? control];
  const others = readEnvironments().filter(({ loadTests }) => loadTests !== 'none');
  throw new ConfigurationError([
    `environment: got ${environment.name}, where loadTests is none, allowed ${others.map(({ name }) => name).join(', ')}; name one of them`,
  ]);
}

/** A TestRun runs once: the one before goes first. */
const planRun =
  (load: Load) =>
  (target: Target): Plan => {
    const namespace = namespaceOf(target);
    const name = runName(load);
    return {
      warnings: load === 'stress' ? ['high load: it looks for the breaking point, and the environment may break'] : [],
      steps: [
        change(`removed the last run ${name}`, ['delete', kind, name, ...namespace, '--ignore-not-found']),
        change(`started ${name}`, [
          'apply',
          '--server-side',
          ...fileOf(target.environment, `load-tests/k6-testrun-${load}.yaml`),
        ]),
        show('get', kind, name, ...namespace),
      ],
    };
  };

const clean = (target: Target): Plan => ({
  steps: [
    change('removed every run and what it made', ['delete', kind, '--selector', 'app=k6', ...namespaceOf(target)]),
  ],
});

/** Flux applies the same where it delivers the environment. */
const apply = (target: Target): Plan => {
  namespaceOf(target);
  const scripts = fileOf(target.environment, 'load-tests.yaml');
  return {
    steps: [
      change('applied the scripts and the account of load tests', ['apply', '--server-side', ...asFlux, ...scripts]),
    ],
  };
};

const status = (target: Target): Plan => ({
  steps: [
    show('get', kind, '--selector', 'app=k6', ...namespaceOf(target)),
    show('get', 'jobs,pods', '--selector', 'app=k6', ...namespaceOf(target)),
  ],
});

const base = { environment: 'variable', group: 'Load test', risk: 'changes' } as const;

const runs: Readonly<Record<Load, Verb>> = {
  smoke: { ...base, name: 'k6-smoke', does: `run the quick check, ${loads.smoke}`, plan: planRun('smoke') },
  load: { ...base, name: 'k6-load', does: `run normal traffic, ${loads.load}`, plan: planRun('load') },
  stress: {
    ...base,
    name: 'k6-stress',
    does: `look for the breaking point, ${loads.stress} of high load`,
    risk: 'destroys',
    plan: planRun('stress'),
  },
};

/** Verbs of load tests. */
export const loadVerbs: readonly Verb[] = [
  { ...base, name: 'k6-apply-tests', does: 'apply the scripts and what they need', plan: apply },
  ...Object.values(runs),
  { ...base, name: 'k6-status', does: 'show load tests and their pods', risk: 'reads', plan: status },
  { ...base, name: 'k6-clean', does: 'remove load tests and their pods', plan: clean },
  { ...runs.smoke, name: 'test-e2e', does: 'the same as k6-smoke' },
  { ...runs.load, name: 'test-load', does: 'the same as k6-load' },
];
