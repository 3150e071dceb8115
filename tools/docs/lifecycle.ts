import { eventTypes, lifecycleTypes, maxPendingEvents } from '../../operator/api/index.ts';
import { settleMs } from '../../operator/lifecycle/outbox.ts';
import { markdownTable } from './markdown-table.ts';

const whole = 'phase, generation, observedGeneration, conditions (Ready)';
const service = 'serviceName, url, latestRevision, ready';
const build = 'jobName, attempt, startedAt';
const ended = `${build}, completedAt`;

type Row = readonly [when: string, data: string];

const builds = {
  lifecycleBuildStarted: ['the Job of a build is there', build],
  lifecycleBuildCompleted: ['the image is there', `${ended}, imageURI, digest`],
  lifecycleBuildFailed: ['the build ended without an image', `${ended}, error`],
  lifecycleBuildTimeout: ['it ran for longer than spec.build.timeout', `${ended}, error`],
  lifecycleBuildCancelled: ['somebody ended it, a newer spec took its place, or its function went', build],
} as const satisfies Partial<Record<keyof typeof eventTypes, Row>>;

const others: Readonly<Record<keyof typeof lifecycleTypes, Row>> = {
  createdFunction: ['the operator has seen a new function', `runtime, ${whole}`],
  updatedFunction: ['it has seen another spec', `runtime, ${whole}`],
  readyFunction: ['it serves, and events arrive', `runtime, ${whole}`],
  degradedFunction: ['it does not get ready, serves no more, or gets no events', `runtime, ${whole}`],
  deletedFunction: ['the function is gone', ''],
  createdService: ['the Knative Service of a function or agent is there', service],
  updatedService: ['another revision serves', service],
  readyService: ['it serves', service],
  deletedService: ['it went with its function or agent', 'serviceName'],
  createdAgent: ['the operator has seen a new agent', whole],
  updatedAgent: ['it has seen another spec', whole],
  readyAgent: ['it serves, and events arrive', whole],
  degradedAgent: ['it does not get ready, serves no more, or gets no events', whole],
  deletedAgent: ['the agent is gone', ''],
};

const rowsOf = (types: Readonly<Record<string, string>>, rows: Readonly<Record<string, Row>>) =>
  Object.entries(rows).map(([name, [when, data]]) => [types[name] ?? '', when, data]);

const renderTypes = (): string =>
  markdownTable(
    ['Type', 'When', 'Data beside name and namespace'],
    [...rowsOf(eventTypes, builds), ...rowsOf(lifecycleTypes, others)],
  );

/** Every event that the operator sends, and what a receiver may rely on. */
export function renderLifecycleEvents(): string {
  return `## What the operator sends

Each transition is an event to the Broker of the namespace, in structured mode. The setting \`features.lifecycleEvents\` names
another receiver, or nobody; a function or agent with \`eventing.enabled: false\` tells nothing, and neither does one in a
namespace without a Broker. \`source\` is \`io.knative.lambda/operator/<namespace>/<name>\`, or the \`eventSource\` of the function;
\`subject\` is \`<namespace>/<name>\`, which no Trigger of a function matches; \`correlationid\` and \`traceparent\` are those of what
asked for the change.

${renderTypes()}
An event is written into \`status.pendingEvents\` together with the transition that it tells of. It is sent until the receiver
has answered 2xx, those of one object in order, and leaves the status with the next write, ${settleMs / 1000} s later at the latest. So
neither an outage of the Broker nor a restart of the operator loses one. A restart between the answer and that write sends it
again with the same \`id\`: who acts on events does so once for each \`source\` and \`id\`.

Limits:

- Of more than ${maxPendingEvents} events that wait for one object the oldest are given up, and counted as \`dropped\` in
  \`knative_lambda_operator_events_sent_total\`.
- What is told of an object that is gone is kept in memory, as its status went with it: it is sent once the Broker is there, and
  lost where the operator ends before.
- A Broker that is removed and comes back gets what waited; of the time in between nothing is told.
- Pods that come and go with the traffic are no transitions.
`;
}
