import { describe, expect, test } from '@jest/globals';
import { buildCustomResourceDefinition, type LambdaAgent } from '../api/index.ts';
import { switchFault } from '../receiver/agent-switch.ts';
import { fieldsOf, isBelow, valueAt } from '../conditions/field-walk.ts';
import { type Action, answered, decided } from '../supervision/action.ts';
import { heldAt, sampleAction } from '../supervision/action-sample.ts';
import { type ApprovalPolicy, approvalPolicy, isApprover, pollMs } from '../supervision/approval-policy.ts';
import { customQuestion } from '../supervision/custom-question.ts';
import { dueAt, type QuestionRequest } from '../supervision/question.ts';
import { slackQuestion } from '../supervision/slack-question.ts';
import { type Decision, emptyLedger, reserve } from '../budget/ledger.ts';
import { amountOf, budgetPolicy } from '../budget/policy.ts';
import { buildAgentBroker, rabbitmqOf } from './broker.ts';
import { buildAccount } from './account.ts';
import { isEventingOn } from './eventing.ts';
import { noTriggers } from './eventing-state.ts';
import { forwardsOf, routeOf } from './forward.ts';
import { fieldsWithoutEffect, ineffectiveFields } from './ineffective-fields.ts';
import { sampleAgent, sampleSettings, sharedSettings } from './sample.ts';
import { approvalReferences } from './references.ts';
import { buildRoleBinding } from './rights.ts';
import { buildAgentService } from './service.ts';
import { agentStatus } from './status.ts';
import { rightsOf } from './tier.ts';
import { buildForwardTrigger, buildSubscriptionTrigger } from './triggers.ts';

const now = new Date('2026-01-01T00:00:00Z');

function boundTo(agent: LambdaAgent) {
  const tier = rightsOf(agent, sampleSettings.tiers, now)?.tier;
  return tier && buildRoleBinding(agent, tier);
}

/** What those are asked who approve, and what is read for it. */
function approvalOf({ spec }: LambdaAgent): object | undefined {
  const policy = approvalPolicy(spec);
  if (policy === undefined) return undefined;
  const action = sampleAction();
  const { custom, slack } = policy;
  const parts = { authorization: undefined, answers: 'http://receiver/supervision/answers', token: 'token' };
  const entry = { kind: 'webhook', url: slack?.webhookUrl ?? '' } as const;
  return {
    ...policy,
    slack: slack && parsedBody(slackQuestion(action, policy, { api: 'https://slack.com/api/', entry, slack })),
    custom: custom && parsedBody(customQuestion(action, policy, { ...parts, custom })),
    read: Object.fromEntries(approvalReferences(spec).map((reference) => [reference.field, reference])),
    dueAt: dueAt(action, policy),
    pollMs: pollMs(policy),
    isApprover: slack && isApprover('U2', slack),
    ...verdictsOf(action, policy),
  };
}

/** What the policy makes of one answer, and of none. */
function verdictsOf(action: Action, policy: ApprovalPolicy): object {
  const hoursLater = new Date(heldAt.getTime() + 7_200_000);
  const yes = { provider: 'slack', verdict: 'approved', by: 'ann' } as const;
  return {
    afterHours: decided(action, policy, hoursLater).decision?.verdict,
    afterOneYes: answered(action, yes, { now: heldAt, policy })?.decision?.verdict,
  };
}

const parsedBody = (request: QuestionRequest): object => ({ ...request, body: JSON.parse(request.body ?? '{}') });

const run = 'a'.repeat(32);
const used = { tokens: 900, micros: 2_000_000 };

/** What becomes of a call of the run that has used something, and what a million tokens of each kind cost. */
function budgetOf({ spec }: LambdaAgent): object | undefined {
  const policy = budgetPolicy(spec);
  if (policy === undefined) return undefined;
  const call = { id: '6f0c2a4e-5d5d-4c4b-9d0a-0d9f6a1b2c3d', run, usage: { input: 1, output: 1 }, leaseMs: 1000 };
  const ledger = { ...emptyLedger, spent: used, runs: { [run]: { ...used, at: 1 } }, nextAt: now.getTime() + 5000 };
  const { decision }: { decision: Decision } = reserve(ledger, call, { now: now.getTime(), policy });
  return {
    decision,
    input: amountOf({ input: 1_000_000, output: 0 }, policy).micros,
    output: amountOf({ input: 0, output: 1_000_000 }, policy).micros,
  };
}

/** Every object and decision that an agent leads to. */
function effectsOf(spec: object): object {
  const agent = sampleAgent(spec);
  const service = buildAgentService({
    agent,
    settings: sampleSettings,
    sink: 'http://broker',
    references: '',
    budget: { kind: 'none' },
  });
  const [container] = service.spec.template.spec.containers;
  const rabbitmq = rabbitmqOf(agent, sampleSettings.broker);
  const forwards = forwardsOf(agent);
  const rights = rightsOf(agent, sampleSettings.tiers, now);
  return {
    service,
    container,
    env: Object.fromEntries((container.env ?? []).map(({ name, value, valueFrom }) => [name, value ?? valueFrom])),
    account: buildAccount(agent),
    binding: boundTo(agent),
    switching: {
      usual: switchFault(agent, { type: 'io.homelab.rbac.disable', source: '/ops' }) ?? 'allowed',
      other: switchFault(agent, { type: 'a.b.disable', source: '/ops' }) ?? 'allowed',
    },
    isEventingOn: isEventingOn(agent),
    approval: approvalOf(agent),
    budget: budgetOf(agent),
    broker: rabbitmq && buildAgentBroker(agent, rabbitmq, sampleSettings),
    subscriptions: (agent.spec.eventing?.subscriptions ?? []).map((one) =>
      buildSubscriptionTrigger(agent, one, sampleSettings),
    ),
    forwards: forwards.map((forward) => ({
      trigger: buildForwardTrigger(agent, forward, { uri: 'http://target' }, sampleSettings),
      route: routeOf(forward, agent, sampleSettings.broker),
    })),
    status: agentStatus({
      agent,
      faults: [],
      rights: rights === undefined ? { kind: 'none' } : { kind: 'settled', rights },
      tiers: sampleSettings.tiers,
      supervision: { kind: 'none' },
      budget: { kind: 'metered', ledger: '', used: { day: '2026-01-01', ...used } },
      deploy: { kind: 'notAccepted' },
      eventing: { broker: { kind: 'off' }, triggers: noTriggers },
      model: { target: undefined, report: undefined },
      areSecretsWatched: true,
      ineffective: [],
      now,
    }),
  };
}

/**
 * Field, a spec that sets it, where its value lands, what lands there, and a spec that differs in the field alone, default
 * an empty one. `>` steps into an object or a list.
 */
type Row = readonly [field: string, spec: object, place: string, expected: unknown, without?: object];

const repository = 'registry.example.com/bruno';
const digest = `sha256:${'b'.repeat(64)}`;
const image = (more: object): object => ({ image: { repository, ...more } });
const ai = (block: object): object => ({ ai: block });
const eventing = (block: object): object => ({ eventing: block });
const observability = (block: object): object => ({ observability: block });
const memory = (block: object): object => ({ memory: { enabled: true, ...block } });
const scaling = (block: object): object => ({ scaling: block });
const variable = (valueFrom: object): object => ({ env: [{ name: 'A', valueFrom }] });
const controls = (block: object): object => ({
  permissions: { eventControls: { allowedControlSources: ['/ops'], ...block } },
});
const subscription = { eventType: 'io.homelab.chat.message' };
const forward = { eventTypes: ['a.b'], targetAgent: 'other', targetNamespace: 'others' };
const systemPromptConfigMapRef = { name: 'prompts', key: 'bruno.txt' };
const secretKey = { name: 'keys', key: 'api', optional: true };

const annotation = (name: string): string =>
  `service > spec > template > metadata > annotations > autoscaling.knative.dev/${name}`;
const pod = 'service > spec > template > spec';
const prompt = 'env > SYSTEM_PROMPT > configMapKeyRef';
const key = 'env > AI_API_KEY > secretKeyRef';

const runRows: readonly Row[] = [
  ['image.repository', image({}), 'container > image', `${repository}:latest`],
  ['image.tag', image({ tag: 'v1' }), 'container > image', `${repository}:v1`],
  ['image.digest', image({ tag: 'v1', digest }), 'container > image', `${repository}@${digest}`],
  ['image.port', image({ port: 9000 }), 'container > ports > 0 > containerPort', 9000],
  ['image.pullPolicy', image({ pullPolicy: 'Always' }), 'container > imagePullPolicy', 'Always'],
  ['image.imagePullSecrets[]', image({ imagePullSecrets: ['one'] }), `${pod} > imagePullSecrets > 0 > name`, 'one'],
  ['image.command[]', image({ command: ['/run'] }), 'container > command > 0', '/run'],
  ['image.args[]', image({ args: ['--fast'] }), 'container > args > 0', '--fast'],
  ['serviceAccountName', { serviceAccountName: 'own' }, `${pod} > serviceAccountName`, 'own'],
  ['serviceAccountName', { serviceAccountName: 'own' }, 'account', undefined],
  ['scaling.minReplicas', scaling({ minReplicas: 0 }), annotation('min-scale'), '0'],
  ['scaling.maxReplicas', scaling({ maxReplicas: 5 }), annotation('max-scale'), '5'],
  ['scaling.targetConcurrency', scaling({ targetConcurrency: 3 }), annotation('target'), '3'],
  [
    'scaling.scaleToZeroGracePeriod',
    scaling({ scaleToZeroGracePeriod: '5m' }),
    annotation('scale-to-zero-pod-retention-period'),
    '5m',
  ],
  [
    'resources.requests.memory',
    { resources: { requests: { memory: '96Mi' } } },
    'container > resources > requests > memory',
    '96Mi',
  ],
  [
    'resources.requests.cpu',
    { resources: { requests: { cpu: '70m' } } },
    'container > resources > requests > cpu',
    '70m',
  ],
  [
    'resources.limits.memory',
    { resources: { limits: { memory: '1Gi' } } },
    'container > resources > limits > memory',
    '1Gi',
  ],
  ['resources.limits.cpu', { resources: { limits: { cpu: '3' } } }, 'container > resources > limits > cpu', '3'],
];

const variableRows: readonly Row[] = [
  ['env[].name', { env: [{ name: 'A', value: '1' }] }, 'env > A', '1'],
  ['env[].value', { env: [{ name: 'A', value: '1' }] }, 'env > A', '1'],
  [
    'env[].valueFrom.fieldRef.apiVersion',
    variable({ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } }),
    'env > A > fieldRef > apiVersion',
    'v1',
  ],
  [
    'env[].valueFrom.fieldRef.fieldPath',
    variable({ fieldRef: { fieldPath: 'metadata.name' } }),
    'env > A > fieldRef > fieldPath',
    'metadata.name',
  ],
  [
    'env[].valueFrom.resourceFieldRef.containerName',
    variable({ resourceFieldRef: { containerName: 'user-container', resource: 'limits.cpu' } }),
    'env > A > resourceFieldRef > containerName',
    'user-container',
  ],
  [
    'env[].valueFrom.resourceFieldRef.resource',
    variable({ resourceFieldRef: { resource: 'limits.cpu' } }),
    'env > A > resourceFieldRef > resource',
    'limits.cpu',
  ],
  [
    'env[].valueFrom.resourceFieldRef.divisor',
    variable({ resourceFieldRef: { resource: 'limits.cpu', divisor: 1 } }),
    'env > A > resourceFieldRef > divisor',
    '1',
  ],
  ...(['secretKeyRef', 'configMapKeyRef'] as const).flatMap((kind) =>
    Object.entries(secretKey).map(([member, value]): Row => [
      `env[].valueFrom.${kind}.${member}`,
      variable({ [kind]: secretKey }),
      `env > A > ${kind} > ${member}`,
      value,
    ]),
  ),
];

const modelRows: readonly Row[] = [
  ['ai.provider', ai({ provider: 'none' }), 'env > AI_PROVIDER', 'none'],
  ['ai.endpoint', ai({ endpoint: 'http://ollama:11434' }), 'env > AI_ENDPOINT', 'http://ollama:11434'],
  ['ai.endpoint', ai({ endpoint: 'http://ollama:11434' }), 'env > OLLAMA_URL', 'http://ollama:11434'],
  ['ai.model', ai({ model: 'llama3.2:3b' }), 'env > AI_MODEL', 'llama3.2:3b'],
  ['ai.model', ai({ model: 'llama3.2:3b' }), 'status > aiStatus > activeModel', 'llama3.2:3b'],
  ['ai.maxTokens', ai({ maxTokens: 512 }), 'env > AI_MAX_TOKENS', '512'],
  ['ai.temperature', ai({ temperature: 0.1 }), 'env > AI_TEMPERATURE', '0.1'],
  ['ai.systemPrompt', ai({ systemPrompt: 'Be brief.' }), 'env > SYSTEM_PROMPT', 'Be brief.'],
  ['ai.systemPromptConfigMapRef.name', ai({ systemPromptConfigMapRef }), `${prompt} > name`, 'prompts'],
  ['ai.systemPromptConfigMapRef.key', ai({ systemPromptConfigMapRef }), `${prompt} > key`, 'bruno.txt'],
  [
    'ai.systemPromptConfigMapRef.key',
    ai({ systemPromptConfigMapRef }),
    `${pod} > volumes > 1 > projected > sources > 0 > configMap`,
    { name: 'prompts', items: [{ key: 'bruno.txt', path: 'system-prompt.txt' }] },
  ],
  ['ai.apiKeySecretRef.name', ai({ apiKeySecretRef: secretKey }), `${key} > name`, 'keys'],
  ['ai.apiKeySecretRef.key', ai({ apiKeySecretRef: secretKey }), `${key} > key`, 'api'],
  ['ai.apiKeySecretRef.optional', ai({ apiKeySecretRef: secretKey }), `${key} > optional`, true],
  ['behavior.maxContextMessages', { behavior: { maxContextMessages: 0 } }, 'env > MAX_CONTEXT_MESSAGES', '0'],
  ['behavior.emitEvents', { behavior: { emitEvents: false } }, 'env > EMIT_EVENTS', 'false'],
  ['behavior.systemPrompt', { behavior: { systemPrompt: 'Be kind.' } }, 'env > SYSTEM_PROMPT', 'Be kind.'],
  ['operationMode', { operationMode: 'supervised' }, 'env > OPERATION_MODE', 'supervised'],
];

const trigger = 'subscriptions > 0';
const sendsOn = 'forwards > 0 > trigger';

const eventRows: readonly Row[] = [
  ['eventing.enabled', eventing({ enabled: false }), 'isEventingOn', false, eventing({})],
  ['eventing.eventSource', eventing({ eventSource: '/team/bruno' }), 'env > EVENT_SOURCE', '/team/bruno'],
  ['eventing.intents[]', eventing({ intents: ['order $(A)'] }), 'env > AGENT_INTENTS', '["order $$(A)"]'],
  [
    'eventing.subscriptions[].eventType',
    eventing({ subscriptions: [subscription] }),
    `${trigger} > spec > filter > attributes > type`,
    subscription.eventType,
  ],
  [
    'eventing.subscriptions[].source',
    eventing({ subscriptions: [{ ...subscription, source: '/chat' }] }),
    `${trigger} > spec > filter > attributes > source`,
    '/chat',
  ],
  [
    'eventing.subscriptions[].description',
    eventing({ subscriptions: [{ ...subscription, description: 'chat' }] }),
    `${trigger} > metadata > annotations > kubernetes.io/description`,
    'chat',
  ],
  [
    'eventing.maxRunsInFlight',
    eventing({ subscriptions: [subscription, { eventType: 'c.d' }], maxRunsInFlight: 9 }),
    `${trigger} > metadata > annotations > rabbitmq.eventing.knative.dev/parallelism`,
    '4',
    eventing({ subscriptions: [subscription, { eventType: 'c.d' }] }),
  ],
  [
    'eventing.forwards[].eventTypes[]',
    eventing({ forwards: [forward] }),
    `${sendsOn} > spec > filter > attributes > type`,
    'a.b',
  ],
  [
    'eventing.forwards[].targetAgent',
    eventing({ forwards: [forward] }),
    'forwards > 0 > route > key',
    'others/other-broker',
  ],
  [
    'eventing.forwards[].targetNamespace',
    eventing({ forwards: [forward] }),
    `${sendsOn} > metadata > labels > lambda.knative.io/target-ns`,
    'others',
  ],
  [
    'eventing.forwards[].description',
    eventing({ forwards: [{ ...forward, description: 'orders' }] }),
    `${sendsOn} > metadata > annotations > kubernetes.io/description`,
    'orders',
  ],
  [
    'eventing.dlq.enabled',
    eventing({ subscriptions: [subscription], dlq: { enabled: false } }),
    `${trigger} > spec > delivery > deadLetterSink`,
    undefined,
    eventing({ subscriptions: [subscription] }),
  ],
  [
    'eventing.dlq.retryMaxAttempts',
    eventing({ subscriptions: [subscription], dlq: { retryMaxAttempts: 0 } }),
    `${trigger} > spec > delivery > retry`,
    0,
  ],
  [
    'eventing.rabbitmq.clusterName',
    eventing({ rabbitmq: { clusterName: 'rabbit' } }),
    'broker > config > spec > rabbitmqClusterReference > name',
    'rabbit',
  ],
  [
    'eventing.rabbitmq.namespace',
    eventing({ rabbitmq: { namespace: 'queues' } }),
    'broker > config > spec > rabbitmqClusterReference > namespace',
    'queues',
  ],
  [
    'permissions.allowedTargetNamespaces[]',
    { ...eventing({ forwards: [forward] }), permissions: { allowedTargetNamespaces: ['elsewhere'] } },
    'forwards > 0 > route > kind',
    'notAllowed',
    eventing({ forwards: [forward] }),
  ],
  ['permissions.tier', { permissions: { tier: 'developer' } }, 'binding > roleRef > name', 'lambda-agent-developer'],
  ['permissions.tier', { permissions: { tier: 'developer' } }, `${pod} > automountServiceAccountToken`, true],
  [
    'permissions.eventControls.allowEventDisable',
    controls({ allowEventDisable: true }),
    'switching > usual',
    'allowed',
    controls({ allowEventDisable: false }),
  ],
  [
    'permissions.eventControls.controlEventTypes[]',
    controls({ allowEventDisable: true, controlEventTypes: ['a.b.disable'] }),
    'switching > other',
    'allowed',
    controls({ allowEventDisable: true }),
  ],
  [
    'permissions.eventControls.allowedControlSources[]',
    controls({ allowEventDisable: true }),
    'switching > usual',
    'allowed',
    controls({ allowEventDisable: true, allowedControlSources: [] }),
  ],
  ...(['Broker', 'Trigger', 'Function'] as const).map((what): Row => [
    `permissions.disable${what}Creation`,
    { permissions: { [`disable${what}Creation`]: true } },
    `status > permissionStatus > ${what.toLowerCase()}CreationDisabled`,
    true,
  ]),
];

const telemetryRows: readonly Row[] = [
  ['observability.tracing.enabled', observability({ tracing: { enabled: false } }), 'env > OTEL_SDK_DISABLED', 'true'],
  [
    'observability.tracing.endpoint',
    observability({ tracing: { endpoint: 'http://a:4318' } }),
    'env > OTEL_EXPORTER_OTLP_ENDPOINT',
    'http://a:4318',
  ],
  ['observability.metrics.enabled', observability({ metrics: { enabled: false } }), 'env > METRICS_ENABLED', 'false'],
  [
    'observability.metrics.exemplars',
    observability({ metrics: { exemplars: false } }),
    'env > METRICS_EXEMPLARS',
    'false',
  ],
  ['observability.metrics.path', observability({ metrics: { path: '/stats' } }), 'env > METRICS_PATH', '/stats'],
  ['observability.logging.level', observability({ logging: { level: 'debug' } }), 'env > LOG_LEVEL', 'debug'],
  ['observability.logging.format', observability({ logging: { format: 'text' } }), 'env > LOG_FORMAT', 'text'],
  [
    'observability.logging.traceContext',
    observability({ logging: { traceContext: false } }),
    'env > LOG_TRACE_CONTEXT',
    'false',
  ],
];

const constraint = { description: 'never order twice', hard: false, category: 'orders' };
const constraints = { defaultConstraints: [constraint] };

const memoryRows: readonly Row[] = [
  ['memory.enabled', { memory: { enabled: true } }, 'env > MEMORY_ENABLED', 'true', { memory: {} }],
  ['memory.schema', memory({ schema: 'chat' }), 'env > MEMORY_SCHEMA', 'chat'],
  ['memory.shortTerm.enabled', memory({ shortTerm: { enabled: false } }), 'env > MEMORY_SHORT_TERM_ENABLED', 'false'],
  [
    'memory.shortTerm.backend',
    memory({ shortTerm: { backend: 'inmemory' } }),
    'env > MEMORY_SHORT_TERM_BACKEND',
    'inmemory',
  ],
  [
    'memory.shortTerm.redisSecretRef.name',
    memory({ shortTerm: { redisSecretRef: { name: 'redis' } } }),
    'env > REDIS_URL > secretKeyRef > name',
    'redis',
  ],
  [
    'memory.shortTerm.redisSecretRef.key',
    memory({ shortTerm: { redisSecretRef: { name: 'redis', key: 'address' } } }),
    'env > REDIS_URL > secretKeyRef > key',
    'address',
  ],
  [
    'memory.shortTerm.ttlSeconds',
    memory({ shortTerm: { ttlSeconds: 60 } }),
    'env > MEMORY_SHORT_TERM_TTL_SECONDS',
    '60',
  ],
  ['memory.longTerm.enabled', memory({ longTerm: { enabled: true } }), 'env > MEMORY_LONG_TERM_ENABLED', 'true'],
  [
    'memory.longTerm.backend',
    memory({ longTerm: { backend: 'inmemory' } }),
    'env > MEMORY_LONG_TERM_BACKEND',
    'inmemory',
  ],
  [
    'memory.longTerm.postgresSecretRef.name',
    memory({ longTerm: { postgresSecretRef: { name: 'db' } } }),
    'env > POSTGRES_URL > secretKeyRef > name',
    'db',
  ],
  [
    'memory.longTerm.postgresSecretRef.key',
    memory({ longTerm: { postgresSecretRef: { name: 'db', key: 'address' } } }),
    'env > POSTGRES_URL > secretKeyRef > key',
    'address',
  ],
  ['memory.userMemory.enabled', memory({ userMemory: { enabled: false } }), 'env > MEMORY_USER_ENABLED', 'false'],
  [
    'memory.userMemory.storePreferences',
    memory({ userMemory: { storePreferences: false } }),
    'env > MEMORY_USER_STORE_PREFERENCES',
    'false',
  ],
  [
    'memory.userMemory.storeFacts',
    memory({ userMemory: { storeFacts: false } }),
    'env > MEMORY_USER_STORE_FACTS',
    'false',
  ],
  [
    'memory.workingMemory.enabled',
    memory({ workingMemory: { enabled: false } }),
    'env > MEMORY_WORKING_ENABLED',
    'false',
  ],
  [
    'memory.workingMemory.trackDecisions',
    memory({ workingMemory: { trackDecisions: false } }),
    'env > MEMORY_WORKING_TRACK_DECISIONS',
    'false',
  ],
  [
    'memory.workingMemory.trackProgress',
    memory({ workingMemory: { trackProgress: false } }),
    'env > MEMORY_WORKING_TRACK_PROGRESS',
    'false',
  ],
  ...(['description', 'hard', 'category'] as const).map((member): Row => [
    `memory.defaultConstraints[].${member}`,
    memory(constraints),
    'env > MEMORY_CONSTRAINTS',
    expect.stringContaining(`"${member}":${JSON.stringify(constraint[member])}`),
    memory({ defaultConstraints: [{ description: 'x' }] }),
  ]),
];

const slack = (block: object): object => ({
  approval: { slack: { webhookUrl: 'https://hooks.slack.com/a', ...block } },
});
const custom = (block: object): object => ({ approval: { custom: { endpoint: 'http://gate', ...block } } });
const both = (block: object): object => ({
  approval: { slack: { webhookUrl: 'w' }, custom: { endpoint: 'http://gate' }, ...block },
});

const approvalRows: readonly Row[] = [
  ['approval.providers[]', both({ providers: ['custom'] }), 'approval > providers', ['custom'], both({})],
  ['approval.timeout', slack({}), 'approval > dueAt', '2026-01-01T13:00:00.000Z'],
  ['approval.timeout', both({ timeout: '30m' }), 'approval > dueAt', '2026-01-01T12:30:00.000Z', both({})],
  ['approval.timeoutAction', both({ timeoutAction: 'approve' }), 'approval > afterHours', 'approved', both({})],
  ['approval.timeoutAction', both({ timeoutAction: 'reject' }), 'approval > afterHours', 'rejected', both({})],
  ['approval.requireAll', both({ requireAll: true }), 'approval > afterOneYes', undefined, both({})],
  ['approval.slack.webhookUrl', slack({}), 'approval > slack > url', 'https://hooks.slack.com/a'],
  ['approval.slack.channel', slack({ channel: 'C1' }), 'approval > slack > body > channel', 'C1'],
  ['approval.slack.approvers[]', slack({ approvers: ['U1'] }), 'approval > isApprover', false, slack({})],
  ['approval.custom.endpoint', custom({}), 'approval > custom > url', 'http://gate/'],
  ['approval.custom.method', custom({ method: 'PUT' }), 'approval > custom > method', 'PUT'],
  ['approval.custom.headers{}', custom({ headers: { a: 'b' } }), 'approval > custom > headers > a', 'b'],
  [
    'approval.custom.useWebhook',
    custom({ useWebhook: false }),
    'approval > custom > body > callbackUrl',
    undefined,
    custom({}),
  ],
  [
    'approval.custom.pollInterval',
    custom({ useWebhook: false, pollInterval: '1m' }),
    'approval > pollMs',
    60_000,
    custom({ useWebhook: false }),
  ],
  [
    'approval.custom.callbackUrl',
    custom({ callbackUrl: 'http://a/b' }),
    'approval > custom > body > callbackUrl',
    'http://a/b',
  ],
  ...(
    ['slack.webhookUrlSecretRef', 'slack.botTokenSecretRef', 'slack.signingSecretRef', 'custom.authSecretRef'] as const
  ).flatMap(secretRows),
];

/** A Secret that is read, with its key, and that may be absent. */
function secretRows(field: string): readonly Row[] {
  const [block = '', member = ''] = field.split('.');
  const spec = (block === 'slack' ? slack : custom)({ [member]: secretKey });
  const place = `approval > read > approval.${field}`;
  return [
    [`approval.${field}.name`, spec, `${place} > name`, secretKey.name],
    [`approval.${field}.key`, spec, `approval > secrets > ${field} > key`, secretKey.key],
    [`approval.${field}.optional`, spec, `${place} > optional`, true],
  ];
}

const prices = { input: '3', output: '15', currency: 'EUR' };
const budget = (block: object): object => ({ budget: block });
const call = 'budget > decision >';

const budgetRows: readonly Row[] = [
  ['budget.perDay.tokens', budget({ perDay: { tokens: 900 } }), `${call} scope`, 'day'],
  ['budget.perDay.tokens', budget({ perDay: { tokens: 900 } }), 'status > budget > tokensLimit', 900],
  ['budget.perDay.money', budget({ perDay: { money: '2' }, prices }), `${call} unit`, 'micros'],
  ['budget.perDay.money', budget({ perDay: { money: '2' }, prices }), 'status > budget > moneyLimit', '2.00'],
  ['budget.perRun.tokens', budget({ perRun: { tokens: 900 } }), `${call} scope`, 'run'],
  ['budget.perRun.money', budget({ perRun: { money: '1.999999' }, prices }), `${call} unit`, 'micros'],
  [
    'budget.action',
    budget({ perDay: { tokens: 1 }, action: 'throttle' }),
    `${call} delayMs`,
    5000,
    budget({ perDay: { tokens: 1 } }),
  ],
  [
    'budget.action',
    budget({ perDay: { tokens: 1 }, action: 'warn' }),
    `${call} delayMs`,
    0,
    budget({ perDay: { tokens: 1 } }),
  ],
  [
    'budget.warnPercent',
    budget({ perDay: { tokens: 1000 }, warnPercent: 95 }),
    'status > budget > state',
    'within',
    budget({ perDay: { tokens: 1000 } }),
  ],
  ['budget.prices.input', budget({ perDay: { money: '9' }, prices }), 'budget > input', 3_000_000],
  ['budget.prices.output', budget({ perDay: { money: '9' }, prices }), 'budget > output', 15_000_000],
  ['budget.prices.currency', budget({ perDay: { money: '9' }, prices }), 'status > budget > currency', 'EUR'],
];

const rows = [
  ...budgetRows,
  ...runRows,
  ...variableRows,
  ...modelRows,
  ...eventRows,
  ...approvalRows,
  ...telemetryRows,
  ...memoryRows,
];
const unchanged = effectsOf({});

describe('a field of the spec', () => {
  test.each(rows)('%s lands in what the operator does', (_field, spec, place, expected) => {
    expect(valueAt(effectsOf(spec), place)).toEqual(expected);
  });

  test.each(rows)('%s and nothing else puts it there', (...[, , place, expected, without]) => {
    expect(valueAt(without === undefined ? unchanged : effectsOf(without), place)).not.toEqual(expected);
  });
});

/** A spec that asks for a field as nobody would leave it to a default. */
const asked: Readonly<Record<string, object>> = {
  'approval.slack.callbackUrl': {
    operationMode: 'supervised',
    approval: { slack: { webhookUrl: 'w', callbackUrl: 'http://a' } },
  },
  'observability.metrics.serviceMonitor': observability({ metrics: { serviceMonitor: false } }),
  'observability.metrics.interval': observability({ metrics: { interval: '5s' } }),
  'observability.metrics.timeout': observability({ metrics: { timeout: '5s' } }),
};

describe('a field that has no effect', () => {
  test.each(ineffectiveFields.map(({ path }) => path))('%s is said to have none', (path) => {
    const { spec } = sampleAgent(asked[path]);
    expect(fieldsWithoutEffect(spec, sampleSettings.broker)).toEqual([expect.stringMatching(`^spec.${path} `)]);
  });

  test('is not spoken of where only the schema filled it in', () => {
    const { spec } = sampleAgent({ permissions: {}, eventing: { dlq: {} }, observability: { metrics: {} } });
    expect(fieldsWithoutEffect(spec, sampleSettings.broker)).toEqual([]);
    expect(fieldsWithoutEffect(spec, sharedSettings.broker)).toEqual([]);
  });

  test('is one that belongs to a broker which others read too', () => {
    const { spec } = sampleAgent(eventing({ rabbitmq: {}, dlq: { enabled: false } }));
    expect(fieldsWithoutEffect(spec, sampleSettings.broker)).toEqual([]);
    expect(fieldsWithoutEffect(spec, sharedSettings.broker)).toEqual([
      expect.stringContaining('spec.eventing.rabbitmq'),
      expect.stringContaining('spec.eventing.dlq.enabled'),
    ]);
  });
});

test('every field of the schema has a row, and every row a field', () => {
  const fields = fieldsOf(buildCustomResourceDefinition('LambdaAgent')).filter(
    (field) => !ineffectiveFields.some(({ path }) => isBelow(field, path)),
  );
  expect(fields.length).toBeGreaterThan(70);
  expect([...new Set(rows.map(([field]) => field))].toSorted()).toEqual(fields.toSorted());
});
