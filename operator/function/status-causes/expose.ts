import { type Cause, brokerWith, exposeFacts, False, triggerWith } from '../sample-facts.ts';

export const exposeCauses: readonly Cause[] = [
  [
    'a broker that is missing',
    { expose: exposeFacts({ broker: undefined }) },
    'ExposeReady',
    'BrokerMissing',
    'Ready',
    'no Broker lambda-broker',
  ],
  [
    'a broker that is not ready',
    {
      expose: exposeFacts({
        broker: brokerWith(False('Ready', 'DeadLetterSinkResolvedFailed', 'Unable to get the DeadLetterSink URI')),
      }),
    },
    'ExposeReady',
    'BrokerNotReady',
    'Ready',
    'Unable to get the DeadLetterSink URI',
  ],
  [
    'a trigger that is not ready',
    { expose: exposeFacts({ triggers: [triggerWith(False('Ready', 'QueueFailure', 'Queue "t" is not ready'))] }) },
    'ExposeReady',
    'TriggerNotReady',
    'Ready',
    'Queue "t" is not ready',
  ],
  [
    'a trigger that is not there yet',
    { expose: exposeFacts({ triggers: [] }) },
    'ExposeReady',
    'Exposing',
    'Ready',
    'hello-1a2b3c4d',
  ],
  [
    'a cluster without eventing',
    { expose: { kind: 'notInstalled', resource: 'triggers.eventing.knative.dev' } },
    'ExposeReady',
    'EventingNotInstalled',
    'Ready',
    'Knative Eventing',
  ],
  [
    'a trigger that is refused',
    { expose: { kind: 'refused', trigger: 'hello-1a2b3c4d', cause: 'invalid value: 0' } },
    'ExposeReady',
    'TriggerRefused',
    'Ready',
    'invalid value: 0',
  ],
  ['eventing that is off', { expose: { kind: 'off' } }, 'ExposeReady', 'EventingOff', 'Ready', 'no events arrive'],
];
