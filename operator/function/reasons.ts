import { done, retrying, stalled, working } from '../conditions/reason.ts';

/**
 * Every reason of every condition of a LambdaFunction, the steps in their order. Published: a reason keeps its name and
 * its meaning. docs/operations/functions.md is made from this table. `{cause}` and `{log}` are words of other programs.
 */
export const reasons = {
  SourceReady: {
    SourceResolved: done('the source is {version}'),
    ImageGiven: done('the image is {image}'),
    SourceResolving: working('the source is asked for its version by Job {job}'),
    SpecUnreadable: stalled(
      'the object was stored under an older schema and cannot be read: {cause}',
      'write it again as the present schema has it',
    ),
    SourceJobRefused: retrying(
      'the API server refuses the Job that asks the source for its version: {cause}',
      'delete what nobody uses or have the quota raised, if it is a quota; otherwise change what the message names',
    ),
    SourcePlanInvalid: stalled(
      'the operator asks for what the fetcher does not know: {cause}',
      '',
      'report it as a bug of the operator',
    ),
    SourceCredentialsMissing: stalled(
      'the Secret of the source lacks a key: {cause}',
      '',
      'add the keys to the Secret that the source names',
    ),
    SourceCredentialsRefused: stalled(
      'the credentials are not accepted: {cause}',
      '',
      'renew the credentials in the Secret that the source names',
    ),
    SourceForbidden: stalled(
      'the source may not be read: {cause}',
      '',
      'give the account that is used the right to read the source',
    ),
    SourceNotFound: stalled(
      'the source is not there: {cause}',
      '',
      'correct the location in spec.source, or put the code there',
    ),
    SourceTooLarge: stalled('the source is too large: {cause}', '', 'leave out what the function does not need'),
    SourceUnsafeContent: stalled(
      'the source has a file that would leave its folder: {cause}',
      '',
      'remove what the message names from the source',
    ),
    SourceArchiveInvalid: stalled('the archive cannot be unpacked: {cause}', '', 'pack the source again'),
    SourceMainFileMissing: stalled(
      'there is no main file, or more than one: {cause}',
      '',
      'add the main file, or name it in spec.runtime.handler',
    ),
    SourceAddressRefused: stalled('the address is not allowed: {cause}', '', 'use an address that the platform allows'),
    SourceRedirectRefused: stalled(
      'the redirect is not allowed: {cause}',
      '',
      'name the address that the source redirects to',
    ),
    SourceCertificateRefused: stalled(
      'the certificate of the server is not trusted: {cause}',
      '',
      'add ca.crt to the Secret of the source, or renew the certificate',
    ),
    SourceUnsupported: stalled('this form of source is not supported: {cause}', '', 'use a source of another form'),
    SourceChanged: retrying(
      'the source changed while it was fetched: {cause}',
      '',
      'nothing: the source is resolved again',
    ),
    SourceTruncated: retrying(
      'the source ended too early: {cause}',
      '',
      'nothing, unless it stays: then look at the server of the source',
    ),
    SourceUnreachable: retrying(
      'the source cannot be reached: {cause}',
      '',
      'look at the address in spec.source and at the network of the namespace',
    ),
    SourceTimedOut: retrying(
      'the source did not arrive in time: {cause}',
      '',
      'look at the server of the source; make the source smaller',
    ),
    SourceServerFailed: retrying('the server of the source fails: {cause}', '', 'look at the server of the source'),
    SourceWorkspaceFull: retrying(
      'the node has no room for the source: {cause}',
      '',
      'free the node, or make the source smaller',
    ),
    SourceInterrupted: retrying('fetching was interrupted: {cause}', '', 'nothing: it is fetched again'),
    SourceInternalError: retrying(
      'the fetcher broke: {cause}',
      '',
      'report it as a bug of the operator, with the log of the container fetch',
    ),
    SourceFetchFailed: retrying(
      'the container fetch of Job {job} ended with code {code}: {log}',
      'read the log of the container fetch',
    ),
    SecretMissing: stalled(
      '{field} names {kind} {name}, which is not in the namespace',
      'create it, or correct the name',
    ),
    SecretNotUsable: stalled(
      '{field} names {kind} {name}, which is not labelled lambda.knative.io/usable-by: functions',
      'its owner adds the label',
    ),
    EnvironmentNameReserved: stalled(
      'env {name} is set by Knative',
      'remove the entry from spec.env or use another name',
    ),
    TimeoutTooLong: stalled(
      'TIMEOUT_SECONDS is {seconds}, allowed at most {allowed} on this cluster',
      'lower it, or have knative.maxCallSeconds raised',
    ),
    RegistryMissing: stalled(
      'build.registryType is {type}, and the registry of the environment is another one',
      'add spec.build.registry and spec.build.repository',
    ),
    BuilderCannotSignIn: stalled(
      'builder {builder} cannot sign in at {host} with the identity of its pod',
      'name a Secret of type kubernetes.io/dockerconfigjson in spec.build.imagePullSecret',
    ),
    InlineTooLarge: stalled(
      'the inline code has {bytes} bytes, allowed {allowed}',
      'keep the code in a bucket or a Git repository',
    ),
    AnnotationUnsupported: stalled(
      'annotation {annotation} asks for the rights of the platform',
      'remove it: the charts install the receiver',
    ),
  },
  BuildReady: {
    BuildSucceeded: done('built {image}'),
    BuildSkipped: done('spec.source.type is image: nothing is built'),
    SourceNotReady: working('waits for the source'),
    BuildQueued: working(
      'is number {position} of {length} that wait for a build; {running} of {allowed} run',
      'nothing, or have builds.maxConcurrent raised',
    ),
    BuildRunning: working('Job {job} is at {step}'),
    BuildInterrupted: retrying('the node took the pod of Job {job} away: {cause}', 'nothing: it is repeated'),
    BuildUnschedulable: retrying(
      'no node takes the pod of Job {job}: {cause}',
      'add a node that builds may run on, or change builds.nodeSelector and builds.resources',
    ),
    BuildQuotaExceeded: retrying(
      'the namespace has no room for the build: {cause}',
      'wait for other builds, delete what nobody uses, or have the quota raised',
    ),
    BuildPodRefused: stalled(
      'the API server refuses the build: {cause}',
      'lower the Pod Security level of the namespace to what the builder needs, or use another builder',
    ),
    BuilderImagePullFailed: retrying(
      'the image of the step {step} cannot be pulled: {cause}',
      'correct the image in stacks/releases.yaml, or let the nodes reach its registry',
    ),
    BuildStageFailed: stalled(
      'the build ended with code {code}: {log}',
      'correct the code or its dependencies; annotate lambda.knative.io/rebuild-requested to try the same again',
    ),
    BuildOutOfMemory: stalled(
      'the step {step} was killed because it used more than its memory',
      'need less memory to install the dependencies, or have builds.resources raised',
    ),
    BuildEvicted: stalled(
      'the node evicted the pod of Job {job}: {cause}',
      'make the image smaller; annotate lambda.knative.io/rebuild-requested to try again',
    ),
    BuildDeadlineExceeded: stalled(
      'Job {job} ran for longer than {timeout}',
      'raise spec.build.timeout, or need less time to install the dependencies',
    ),
    BuildCancelled: stalled('the build was cancelled', 'remove the annotation lambda.knative.io/cancel-build to build'),
    PushRefused: stalled(
      'the registry refuses {image}: {log}',
      'correct spec.build.repository or the credentials in spec.build.imagePullSecret',
    ),
    RegistryThrottled: retrying(
      'the registry throttles or fails: {log}',
      'nothing, unless it stays: then look at the registry',
    ),
    PushFailed: retrying(
      'pushing {image} ended with code {code}: {log}',
      'look at the registry and at the network of the namespace',
    ),
    TagImmutable: stalled(
      'the tag of {image} exists already and cannot be replaced',
      'remove spec.build.tag, or write another one',
    ),
    TagTaken: retrying(
      'the tag of {image} is taken by a push that was interrupted, and cannot be replaced',
      'nothing: it is built under another one',
    ),
    DigestMissing: retrying(
      'Job {job} ended well but reports no digest',
      'report it as a bug of the operator, with the image of the builder',
    ),
  },
  DeployReady: {
    Deployed: done('revision {revision} serves'),
    RolledBack: done(
      'revision {revision} serves, pinned to {target}',
      'change the spec, or remove the annotation lambda.knative.io/rollback-target, to go on',
    ),
    RolledBackForGood: done(
      'revision {revision} serves as {target} did, which Knative has removed since',
      'change the spec, or remove the annotation lambda.knative.io/rollback-target, to go on; {target} cannot be named again',
    ),
    ImageNotReady: working('waits for the image'),
    Deploying: working('revision {revision} starts'),
    QuotaExceeded: retrying(
      'a quota refuses the pods of revision {revision}: {cause}',
      'delete what nobody uses, lower spec.resources, or have the quota raised',
    ),
    PodRefused: stalled(
      'the API server refuses the pods of revision {revision}: {cause}',
      'change what the message names',
    ),
    Unschedulable: retrying(
      'no node takes the pods of revision {revision}: {cause}',
      'lower spec.resources, or add a node',
    ),
    ImagePullFailed: retrying(
      'the image of revision {revision} cannot be pulled: {cause}',
      'correct the image that the spec names, or name a Secret that may pull it',
    ),
    ConfigurationMissing: retrying(
      'revision {revision} cannot start: {cause}',
      'add the key to the Secret or ConfigMap, or correct spec.env',
    ),
    CrashLoop: stalled(
      'revision {revision} ends with code {code} as soon as it starts: {log}',
      'correct the code; read the log of the container user-container',
    ),
    OutOfMemory: stalled(
      'revision {revision} was killed because it used more than its memory',
      'raise spec.resources.limits.memory, or need less',
    ),
    ProbeFailed: stalled(
      'revision {revision} runs but does not answer on its port: {cause}',
      'listen on the port that PORT names, or correct the port of the image in the spec',
    ),
    RevisionTimeout: stalled(
      'revision {revision} was not ready in time: {cause}',
      'look at the events of its pods; change the spec to try again',
    ),
    RevisionFailed: retrying('revision {revision} is not ready: {cause}', 'look at the events of its pods'),
    RouteNotReady: retrying(
      'revision {revision} runs but gets no requests yet: {cause}',
      'nothing, unless it stays: then look at the gateway of Knative',
    ),
    ServiceRefused: stalled('Knative refuses the service: {cause}', 'change what the message names'),
    FormerServiceEnding: working('the service of another {name}, which was deleted, is being removed'),
    NameTaken: stalled(
      'the name {name} is taken by {owner}',
      'use another name, or annotate lambda.knative.io/adopt: "true" to take over a service that nobody owns',
    ),
    PinTargetMissing: stalled(
      'a rollback names {target}, which is no revision of this function',
      'name one that `kubectl get revisions` shows, or the digest of an image',
    ),
    KnativeNotInstalled: retrying('the cluster does not serve {resource}', 'install Knative Serving'),
  },
  ExposeReady: {
    Exposed: done('events of type {types} with subject {subject} arrive'),
    EventingOff: done('spec.eventing.enabled is false: no events arrive'),
    Exposing: working('Trigger {trigger} is being set up'),
    BrokerMissing: retrying(
      'no events arrive: there is no Broker {broker} in the namespace',
      'create the Broker, or correct spec.eventing.brokerName',
    ),
    BrokerNotReady: retrying(
      'no events arrive: Broker {broker} is not ready: {cause}',
      'look at RabbitMQ and at the dead-letter sink of the Broker',
    ),
    EventingNotInstalled: retrying(
      'no events arrive: the cluster does not serve {resource}',
      'install Knative Eventing with the RabbitMQ broker, or set spec.eventing.enabled: false',
    ),
    TriggerNotReady: retrying(
      'no events arrive: Trigger {trigger} is not ready: {cause}',
      'look at the events of the Trigger',
    ),
    TriggerRefused: stalled(
      'no events arrive: Trigger {trigger} is refused: {cause}',
      'change what the message names in spec.eventing',
    ),
    EventTypeWildcard: stalled(
      'no events arrive: spec.eventing.eventTypes has {type}, and the broker compares types as they are',
      'write the type without `*`',
    ),
  },
  Ready: {
    Ready: done('serves at {url}'),
    ReadyWithoutEvents: done('serves at {url}; {cause}'),
    Deleting: working('is being deleted'),
  },
  RebuildAvailable: {
    RebuildAvailable: done(
      'this operator has another wrapper or base image than the one in the image',
      'annotate lambda.knative.io/rebuild-requested, or set spec.upgrade.rebuild',
    ),
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
