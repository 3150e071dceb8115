export type Severity = 'danger' | 'warning';

export interface Danger {
  readonly severity: Severity;
  /** What it is, in a few words. */
  readonly title: string;
  /** What happens when it is applied. */
  readonly effect: string;
  /** What to do instead. */
  readonly remedy: string;
}

/**
 * Every entry that the danger list can have. A code is never renamed and never used for anything else:
 * acknowledgements in merged pull requests name it.
 */
export const dangers = {
  'namespace-removed': {
    severity: 'danger',
    title: 'a namespace goes',
    effect: 'Everything in it is deleted with it, functions and their data included.',
    remedy: 'Move what is in it first, then remove it alone.',
  },
  'definition-removed': {
    severity: 'danger',
    title: 'a custom resource definition goes',
    effect: 'Every object of the kind is deleted on every cluster.',
    remedy: 'Stop serving the kind first and export its objects.',
  },
  'claim-removed': {
    severity: 'danger',
    title: 'a volume claim goes',
    effect: 'The data of the volume is deleted, unless its class retains it.',
    remedy: 'Take a snapshot, or set the reclaim policy to Retain first.',
  },
  'claim-shrunk': {
    severity: 'danger',
    title: 'a volume claim asks for less',
    effect: 'The API server refuses it: a volume only grows.',
    remedy: 'Make a new claim and copy the data.',
  },
  'queue-removed': {
    severity: 'danger',
    title: 'a queue or its broker goes',
    effect: 'Messages that wait in it are lost.',
    remedy: 'Drain it first: make queues shows what waits.',
  },
  'bucket-removed': {
    severity: 'danger',
    title: 'a bucket goes',
    effect: 'Uploaded code, dead letters and backups in it are no longer managed, or are deleted.',
    remedy: 'Copy its objects, and check that the bucket is retained.',
  },
  'repository-removed': {
    severity: 'danger',
    title: 'an image repository goes',
    effect: 'Pods whose images are in it no longer start on a new node.',
    remedy: 'Move images first and roll what names them.',
  },
  'cloud-secret-removed': {
    severity: 'danger',
    title: 'a secret of AWS goes',
    effect: 'Its value is deleted after the recovery window.',
    remedy: 'Check that nobody reads it.',
  },
  'retention-shortened': {
    severity: 'danger',
    title: 'something is kept for less time',
    effect: 'What is older than the new limit is deleted soon after.',
    remedy: 'Copy what is still needed first.',
  },
  'versioning-lost': {
    severity: 'danger',
    title: 'a bucket keeps no versions any more',
    effect: 'What is overwritten or deleted cannot be had back.',
    remedy: 'Keep versioning on and let old versions expire.',
  },
  'immutable-field': {
    severity: 'danger',
    title: 'a field changes that cannot change',
    effect: 'The API server refuses the object and the delivery of the environment stops.',
    remedy: 'Give the object another name, or delete the old one in a planned step.',
  },
  'cloud-replaced': {
    severity: 'danger',
    title: 'a resource of AWS is replaced',
    effect: 'It is deleted and made again: what it holds is gone and its ARN may change.',
    remedy: 'Add the new one beside it, move over, remove the old one.',
  },
  'downtime-while-rolling': {
    severity: 'danger',
    title: 'a workload is away while it rolls',
    effect: 'Its only pod, or all of them, stop before a new one is ready.',
    remedy: 'Give it a second replica, or a surge of at least one pod.',
  },
  'budget-blocks-drain': {
    severity: 'danger',
    title: 'a disruption budget lets no pod go',
    effect: 'A node with one of its pods cannot be drained.',
    remedy: 'Allow one disruption, or raise the replicas above the budget.',
  },
  'quota-exceeded': {
    severity: 'danger',
    title: 'a quota does not hold what runs at the peak',
    effect: 'Pods of the surge, of builds or of functions are refused.',
    remedy: 'Raise the quota or lower what needs it: make quota shows the sum.',
  },
  'privilege-escalation': {
    severity: 'danger',
    title: 'somebody may give themselves any right',
    effect: 'With such a verb the holder reaches whatever the API server guards.',
    remedy: 'Name the resources and verbs that are needed.',
  },
  'secrets-readable': {
    severity: 'danger',
    title: 'somebody may read Secrets that they could not',
    effect: 'The values are shown to the holder, all of them in the namespace unless names are given.',
    remedy: 'Grant names, or mount the Secret instead.',
  },
  'privilege-gained': {
    severity: 'warning',
    title: 'somebody may do more',
    effect: 'The holder may use verbs that were refused.',
    remedy: 'Check that a code path or a person needs them.',
  },
  'pod-privileged': {
    severity: 'danger',
    title: 'a pod gets nearer to its node',
    effect: 'Who breaks out of the container has more of the node.',
    remedy: 'Keep to the restricted profile.',
  },
  'pod-security-lowered': {
    severity: 'danger',
    title: 'a namespace admits weaker pods',
    effect: 'Pods that were refused start.',
    remedy: 'Change the pod rather than the level.',
  },
  'isolation-broken': {
    severity: 'danger',
    title: 'a stranger reaches a pod',
    effect: 'Pods of other namespaces or the public get through to it.',
    remedy: 'Narrow the policy to who needs it.',
  },
  'flow-opened': {
    severity: 'warning',
    title: 'a connection opens',
    effect: 'Packets that were dropped get through.',
    remedy: 'Check that somebody needs it.',
  },
  'flow-closed': {
    severity: 'warning',
    title: 'a connection closes',
    effect: 'Packets that got through are dropped.',
    remedy: 'Check that nobody needs it.',
  },
  'definition-narrowed': {
    severity: 'danger',
    title: 'a custom resource accepts less',
    effect: 'New objects of the old form are refused, and those that are there once the field changes.',
    remedy: 'Add a version, or accept the old form too.',
  },
  'definition-version-removed': {
    severity: 'danger',
    title: 'a version of a custom resource is no longer served',
    effect: 'Clients and manifests of that version fail.',
    remedy: 'Serve it until nobody asks for it.',
  },
  'sample-refused': {
    severity: 'danger',
    title: 'a committed object no longer fits its definition',
    effect: 'The API server refuses it where it is new or the field changes.',
    remedy: 'Change the object in the same change, or accept it.',
  },
  'alert-removed': {
    severity: 'danger',
    title: 'production loses an alert',
    effect: 'What it watched goes wrong unseen.',
    remedy: 'Replace it, or say why nobody needs it.',
  },
  'alert-weakened': {
    severity: 'warning',
    title: 'an alert of production fires later or for fewer people',
    effect: 'It waits longer, or its severity reaches nobody at night.',
    remedy: 'Check its runbook and who is paged.',
  },
  'canary-removed': {
    severity: 'danger',
    title: 'production loses a canary',
    effect: 'A bad release reaches everybody at once.',
    remedy: 'Keep it, or roll out by hand.',
  },
  'mutable-image': {
    severity: 'warning',
    title: 'an image by a tag that moves',
    effect: 'Nodes may run different images under one name, and a roll back may not go back.',
    remedy: 'Pin the digest.',
  },
  'public-exposure': {
    severity: 'danger',
    title: 'a resource of AWS opens to the public',
    effect: 'Anybody may reach it.',
    remedy: 'Keep the public access block and name principals.',
  },
  'encryption-lost': {
    severity: 'danger',
    title: 'a resource of AWS is less encrypted',
    effect: 'New data is written in clear, or under a weaker key.',
    remedy: 'Keep the encryption.',
  },
  'iam-gained': {
    severity: 'warning',
    title: 'a role of AWS may do more',
    effect: 'Who takes the role may use actions or resources that were refused.',
    remedy: 'Check that a code path needs them.',
  },
  'iam-escalation': {
    severity: 'danger',
    title: 'a role of AWS may give itself any right',
    effect: 'With such an action the holder reaches whatever the account guards.',
    remedy: 'Name actions and resources.',
  },
  'trust-widened': {
    severity: 'danger',
    title: 'more can take a role of AWS',
    effect: 'Principals that were refused get its rights.',
    remedy: 'Name the account of the workload.',
  },
  'production-first': {
    severity: 'warning',
    title: 'production changes before the environment that tries it',
    effect: 'Nobody has seen the change run.',
    remedy: 'Make the same change there first, or in the same pull request.',
  },
  'manifests-stale': {
    severity: 'warning',
    title: 'manifests/ is not what the sources render',
    effect: 'Flux applies what is committed, not what this report shows.',
    remedy: 'Run make synth and commit the result.',
  },
} as const satisfies Record<string, Danger>;

export type Code = keyof typeof dangers;

export function isCode(text: string): text is Code {
  return Object.hasOwn(dangers, text);
}
