import { done, retrying, stalled, working } from '../conditions/reason.ts';
import { reasons as functionReasons } from '../function/reasons.ts';

const { DeployReady: deploy, SourceReady: source } = functionReasons;

/** Every reason of every condition of a LambdaAgent. Published: a reason keeps its name and its meaning. */
export const reasons = {
  SpecAccepted: {
    SpecAccepted: done('the spec can be met'),
    SpecUnreadable: source.SpecUnreadable,
    SecretMissing: source.SecretMissing,
    SecretNotUsable: source.SecretNotUsable,
    EnvironmentNameReserved: source.EnvironmentNameReserved,
    TimeoutTooLong: source.TimeoutTooLong,
    PromptTooLarge: stalled(
      '{field} has {bytes} bytes, allowed {allowed}',
      'shorten it, or keep what it quotes where the agent can look it up',
    ),
    BudgetUnavailable: stalled(
      'spec.budget cannot be kept: nobody here counts calls, as dead letters or the keys of paths are not set',
      'set them up as docs/operations/agents.md says, or remove spec.budget',
    ),
  },
  DeployReady: {
    Deployed: deploy.Deployed,
    SpecNotAccepted: working('waits for a spec that can be met'),
    BrokerAddressPending: working('waits for the address of Broker {broker}, which the agent is told'),
    AccountRefused: stalled(
      'the API server refuses ServiceAccount {account}: {cause}',
      'change what the message names, or name another one in spec.serviceAccountName',
    ),
    Deploying: deploy.Deploying,
    QuotaExceeded: deploy.QuotaExceeded,
    PodRefused: deploy.PodRefused,
    Unschedulable: deploy.Unschedulable,
    ImagePullFailed: deploy.ImagePullFailed,
    ConfigurationMissing: deploy.ConfigurationMissing,
    CrashLoop: deploy.CrashLoop,
    OutOfMemory: deploy.OutOfMemory,
    ProbeFailed: deploy.ProbeFailed,
    RevisionTimeout: deploy.RevisionTimeout,
    RevisionFailed: deploy.RevisionFailed,
    RouteNotReady: deploy.RouteNotReady,
    ServiceRefused: deploy.ServiceRefused,
    FormerServiceEnding: deploy.FormerServiceEnding,
    NameTaken: deploy.NameTaken,
    KnativeNotInstalled: deploy.KnativeNotInstalled,
  },
  Eventing: {
    EventingReady: done('{subscriptions} subscriptions and {forwards} forwards read Broker {broker}'),
    EventingOff: done('spec.eventing is absent or off: no events arrive'),
    EventingPending: working('Trigger {trigger} is being set up'),
    BrokerPending: working('Broker {broker} is being set up'),
    BrokerMissing: retrying(
      'no events arrive: there is no Broker {broker} in the namespace',
      'create the Broker, or have the agents of this environment get one each',
    ),
    BrokerRefused: stalled(
      'no events arrive: the API server refuses Broker {broker} or its configuration: {cause}',
      'delete the Broker if its RabbitMQ has changed, so that it is made anew; otherwise change what the message names',
    ),
    BrokerNotReady: retrying(
      'no events arrive: Broker {broker} is not ready: {cause}',
      'look at RabbitMQ and at spec.eventing.rabbitmq',
    ),
    RabbitmqUnknown: stalled(
      'no events arrive: nothing says which RabbitMQ Broker {broker} uses',
      'add spec.eventing.rabbitmq with the name and namespace of a RabbitmqCluster',
    ),
    EventingNotInstalled: retrying(
      'no events arrive: the cluster does not serve {resource}',
      'install Knative Eventing with the RabbitMQ broker, or set spec.eventing.enabled: false',
    ),
    TriggerNotReady: retrying('Trigger {trigger} is not ready: {cause}', 'look at the events of the Trigger'),
    TriggerRefused: stalled('Trigger {trigger} is refused: {cause}', 'change what the message names in spec.eventing'),
    EventTypeWildcard: stalled(
      'events of {types} do not arrive: the broker compares types as they are',
      'write each type out, or `*` alone for every event',
    ),
    ForwardNotAllowed: stalled(
      'nothing is sent on to {targets}: permissions.allowedTargetNamespaces does not list the namespace',
      'add the namespace to the list, or remove the forward',
    ),
    ForwardLoop: stalled(
      'nothing is sent on to {targets}: the events would come back for ever',
      'remove a forward of the ring, here or of the other agent',
    ),
    ForwardTargetMissing: retrying(
      'nothing is sent on to {targets}: there is no such agent with a Broker that is ready',
      'create the agent, or correct spec.eventing.forwards',
    ),
  },
  Rights: {
    RightsBound: done('may do at the API server what ClusterRole {role} allows'),
    RightsNarrowed: done(
      'may do what ClusterRole {role} allows, which is less than {tier}: some of it is switched off',
    ),
    TierNotAllowed: stalled(
      'may do nothing at the API server: permissions.tier is {tier}, allowed here {allowed}',
      'ask for another tier, or have features.agentTiers list it',
    ),
    RightsRefused: stalled(
      'may do nothing at the API server: it refuses the binding of ClusterRole {role}: {cause}',
      'change what the message names',
    ),
  },
  Supervision: {
    Supervised: done('what it sends waits for approval by {providers}'),
    SupervisionUnavailable: stalled(
      'nothing that it sends goes anywhere: nobody here holds actions, as dead letters or the keys of paths are not set',
      'set them up as docs/operations/agents.md says, or use operationMode: agentic',
    ),
    NobodyAsked: stalled(
      'what it sends waits, and nobody is asked',
      'describe slack or custom under spec.approval, and list it under providers',
    ),
    AnswersUnchecked: stalled(
      'Slack shows what it sends without buttons: no answer could be checked',
      'add spec.approval.slack.signingSecretRef, with the signing secret of the Slack app',
    ),
    ChannelMissing: stalled('Slack is not asked: a bot needs a channel', 'add spec.approval.slack.channel'),
    ApproversUnknown: stalled(
      'no answer of {approvers} counts: they are no ids of Slack users',
      'list ids such as U012AB3CD in spec.approval.slack.approvers; names can be changed by their owners',
    ),
  },
  Budget: {
    WithinBudget: done('the budget of the day has room'),
    BudgetNearlySpent: retrying(
      '{percent} % of the budget of the day are used',
      'look for what uses it, or raise spec.budget.perDay',
    ),
    BudgetSpent: stalled(
      'the budget of the day is spent: {effect}',
      'look for what used it, or raise spec.budget.perDay, which holds at once',
    ),
    BudgetUnread: retrying(
      'what of the budget is used is not known: the receiver does not say',
      'look whether the receiver runs, and whether its dead letters are stored',
    ),
  },
  Ready: {
    Ready: done('serves at {url}'),
    ReadyWithoutEvents: done('serves at {url}; {cause}'),
    Deleting: working('is being deleted'),
  },
  SecretsWatched: {
    SecretsUnwatched: working(
      'the operator may not watch Secrets and ConfigMaps here: a new value reaches pods with the next change',
      'give it the right, as docs/operations/namespaces.md says',
    ),
  },
  SpecEffective: {
    FieldsWithoutEffect: working('has no effect: {fields}', 'remove it, or do what stands behind it'),
  },
} as const;
