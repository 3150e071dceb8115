import { names } from '../../charts/workloads.ts';
import type { Environment } from '../../stacks/index.ts';
import { change, type Change, say, type Step, type Target } from './verb.ts';

export const kustomizationKind = 'kustomizations.kustomize.toolkit.fluxcd.io';

/** What Flux reads: a Git repository, or an OCI repository of artifacts. */
export const sourceKind = ({ delivery }: Environment): string =>
  `${isOci(delivery) ? 'oci' : 'git'}repositories.source.toolkit.fluxcd.io`;

/** What of the source is delivered: a branch, or a tag. */
export const sourceReference = ({ delivery }: Environment, branch: string): object =>
  isOci(delivery) ? { tag: branch } : { branch };

const isOci = ({ repository }: Environment['delivery']): boolean => repository.startsWith('oci://');

const inFlux = ['--namespace', names.fluxNamespace] as const;

/** Arguments on an object of Flux. */
export const onFlux = (verb: string, kind: string, name: string, ...rest: readonly string[]): readonly string[] => [
  verb,
  kind,
  name,
  ...inFlux,
  ...rest,
];

/**
 * Flux takes back what the managers named kubectl... have set, on its own objects as well; what is set as `flux`,
 * the manager of `flux suspend`, stays (ApplyCleanupOptions of kustomize-controller).
 */
export const asFlux = ['--field-manager', 'flux'] as const;

export const mergePatch = (patch: object): readonly string[] => ['--type', 'merge', '--patch', JSON.stringify(patch)];

const suspendArguments = (kustomization: string, value: boolean): readonly string[] =>
  onFlux('patch', kustomizationKind, kustomization, ...asFlux, ...mergePatch({ spec: { suspend: value } }));

const suspended = (kustomization: string): string => `suspended Kustomization ${kustomization}: Flux mends nothing`;

/** Suspends a Kustomization. */
export function suspend(kustomization: string): Change {
  return change(suspended(kustomization), suspendArguments(kustomization, true), {
    undo: suspendArguments(kustomization, false),
  });
}

/** Resumes a Kustomization. */
export function resume(kustomization: string): Change {
  return change(`resumed Kustomization ${kustomization}`, suspendArguments(kustomization, false), {
    settles: suspended(kustomization),
  });
}

type Delivery = 'absent' | 'suspended' | 'active';

/** Whether Flux delivers the environment in this cluster. */
export async function findDelivery({ environment, look }: Target): Promise<Delivery> {
  // no Flux at all is an answer; no right to see it is none
  const served = await look(['api-resources', '--api-group', 'kustomize.toolkit.fluxcd.io', '-o', 'name']);
  if (!served.includes(kustomizationKind)) return 'absent';
  const { kustomization } = environment.delivery;
  const path = 'jsonpath={.metadata.name}={.spec.suspend}';
  const found = await look(onFlux('get', kustomizationKind, kustomization, '--ignore-not-found', '-o', path));
  if (found === '') return 'absent';
  return found.endsWith('=true') ? 'suspended' : 'active';
}

export interface Hold {
  readonly first: readonly Step[];
  /** Ends the hold; nothing where this verb did not begin it. */
  readonly release: readonly Step[];
  /** Says what the hold is and how a person ends it. */
  readonly reminder: readonly Step[];
}

/** What keeps Flux from undoing a change by hand. */
export async function holdFlux(target: Target): Promise<Hold> {
  const { name, delivery } = target.environment;
  switch (await findDelivery(target)) {
    case 'absent':
      return { first: [], release: [], reminder: [say(`Flux does not deliver ${name} here: nothing undoes this`)] };
    case 'suspended':
      return { first: [], release: [], reminder: [resumeReminder(target.environment)] };
    case 'active':
      return {
        first: [suspend(delivery.kustomization)],
        release: [resume(delivery.kustomization)],
        reminder: [resumeReminder(target.environment)],
      };
  }
}

const resumeReminder = ({ name, delivery }: Environment): Step =>
  say(
    `Kustomization ${delivery.kustomization} is suspended; resume with: make flux-resume ENV=${name}\n` +
      'resuming brings back what Git holds: commit the change, or revert the commit that it mends, before',
  );

/** Asks Flux to read the source and apply it now, and waits until it has. */
export function reconcile({ environment, now }: Target, timeout: string): readonly Step[] {
  // tells this request from earlier ones
  const token = now.toISOString();
  const ask = (kind: string, name: string): readonly Step[] => [
    change(
      `asked Flux to reconcile ${name}`,
      onFlux('annotate', kind, name, '--overwrite', `reconcile.fluxcd.io/requestedAt=${token}`, ...asFlux),
    ),
    waitFor(kind, name, `jsonpath={.status.lastHandledReconcileAt}=${token}`, timeout),
    waitFor(kind, name, 'condition=Ready', timeout),
  ];
  const { source, kustomization } = environment.delivery;
  return [...ask(sourceKind(environment), source), ...ask(kustomizationKind, kustomization)];
}

const waitFor = (kind: string, name: string, condition: string, timeout: string): Step => ({
  kind: 'show',
  args: onFlux('wait', kind, name, `--for=${condition}`, `--timeout=${timeout}`),
});
