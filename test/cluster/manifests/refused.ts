import { agentWith, functionWith, manifest, type Manifest } from './manifest.ts';

const source = (parts: object) => functionWith({ source: parts });
const git = (parts: object) => source({ type: 'git', git: { url: 'https://example.com/r.git', ...parts } });
const minio = (parts: object) => source({ type: 'minio', minio: { bucket: 'code', key: 'a.py', ...parts } });
const image = (parts: object) => source({ type: 'image', image: { repository: 'r', ...parts } });
const runtime = (parts: object) => functionWith({ runtime: { language: 'python', version: '3.11', ...parts } });
const scaling = (parts: object) => functionWith({ scaling: parts });
const resources = (parts: object) => functionWith({ resources: parts });
const variable = (parts: object) => functionWith({ env: [{ name: 'A', ...parts }] });
const dlq = (parts: object) => functionWith({ eventing: { dlq: parts } });
const ai = (parts: object) => agentWith({ ai: { model: 'm', ...parts } });
const subscription = (eventType: string) => agentWith({ eventing: { subscriptions: [{ eventType }] } });
const forward = (parts: object) =>
  agentWith({ eventing: { forwards: [{ eventTypes: ['a.b'], targetAgent: 'x', targetNamespace: 'y', ...parts }] } });

type Refusal = readonly [title: string, manifest: Manifest, fragment: string];

const blocks: readonly Refusal[] = ['minio', 's3', 'gcs', 'git', 'inline', 'image'].map((type) => [
  `source type ${type} without its block`,
  source({ type }),
  `spec.source.${type}: Required value: source.type is ${type}: add source.${type} with`,
]);

const reserved: readonly Refusal[] = ['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION'].map((name) => [
  `variable ${name}`,
  functionWith({ env: [{ name, value: '1' }] }),
  'are set by Knative: remove the entry or use another name',
]);

const attackUrls: readonly Refusal[] = [
  'file:///etc/passwd',
  'http://example.com/r.git',
  'http://169.254.169.254/latest',
  'https://example.com/r.git;id',
  'https://example.com/$(id)',
  'https://example.com/`id`',
  'https://example.com/r.git --upload-pack=id',
  '--upload-pack=id',
  'ext::sh -c id',
].map((url) => [`git URL ${url}`, git({ url }), 'spec.source.git.url in body should match']);

const hosted = { provider: 'openai', apiKeySecretRef: { name: 'keys', key: 'api' } };

/** What must never be stored, and a part of what the author is told. */
export const refused: readonly Refusal[] = [
  [
    'a name above 63 characters',
    functionWith({}, 'a'.repeat(64)),
    'metadata.name names a Knative Service: use at most 63',
  ],
  ['a name that begins with a digit', functionWith({}, '1a'), 'metadata.name names a Knative Service'],
  ['a name with a dot', agentWith({}, 'a.b'), 'metadata.name names a Knative Service'],
  ...blocks,
  [
    'an unknown source type',
    source({ type: 'ftp' }),
    'supported values: "minio", "s3", "gcs", "git", "inline", "image"',
  ],
  [
    'no runtime for code',
    manifest('LambdaFunction', { source: { type: 'inline', inline: { code: 'x' } } }),
    'spec.runtime: Required value: runtime is missing: add runtime.language and runtime.version',
  ],
  ['an unknown language', runtime({ language: 'cobol' }), 'supported values: "nodejs", "python", "go"'],
  ['a version that ends the line', runtime({ version: '3.11\nRUN id' }), 'spec.runtime.version in body should match'],
  ['a version above 20 characters', runtime({ version: '1'.repeat(21) }), 'spec.runtime.version: Too long'],
  ['a handler with a slash', runtime({ handler: 'a/b' }), 'spec.runtime.handler in body should match'],
  ['a handler with two dots', runtime({ handler: 'a.b.c' }), 'spec.runtime.handler in body should match'],
  ['a handler above 100 characters', runtime({ handler: 'a'.repeat(101) }), 'spec.runtime.handler: Too long'],
  ...attackUrls,
  [
    '.. in a git path',
    git({ path: 'a/../b' }),
    "git.path contains '..': write the path from the root of the repository",
  ],
  ['.. in a git ref', git({ ref: 'a..b' }), "git.ref contains '..': write the branch, tag or commit itself"],
  ['an absolute git path', git({ path: '/etc' }), 'spec.source.git.path in body should match'],
  ['a git ref that is an option', git({ ref: '-b' }), 'spec.source.git.ref in body should match'],
  ['a bucket in capitals', minio({ bucket: 'CODE' }), 'spec.source.minio.bucket in body should match'],
  ['a key with a shell character', minio({ key: 'a;id' }), 'spec.source.minio.key in body should match'],
  ['an endpoint with a path', minio({ endpoint: 'minio:9000/x' }), 'spec.source.minio.endpoint in body should match'],
  ['an endpoint with a user', minio({ endpoint: 'a@minio' }), 'spec.source.minio.endpoint in body should match'],
  ['no code', source({ type: 'inline', inline: { code: '' } }), 'spec.source.inline.code in body should be at least 1'],
  [
    'code above 512 Ki characters',
    source({ type: 'inline', inline: { code: 'x'.repeat(524_289) } }),
    'spec.source.inline.code: Too long',
  ],
  ['a repository with a blank', image({ repository: 'a b' }), 'spec.source.image.repository in body should match'],
  ['a short digest', image({ digest: 'sha256:abc' }), 'spec.source.image.digest in body should match'],
  ['port 0', image({ port: 0 }), 'should be greater than or equal to 1'],
  ['port 65536', image({ port: 65_536 }), 'should be less than or equal to 65535'],
  ['1 as pull secret', image({ imagePullSecrets: [1] }), 'spec.source.image.imagePullSecrets[0]'],
  ['0 as pull secret', image({ imagePullSecrets: [0] }), 'spec.source.image.imagePullSecrets[0]'],
  ['true as pull secret', image({ imagePullSecrets: [true] }), 'spec.source.image.imagePullSecrets[0]'],
  ['a list as pull secret', image({ imagePullSecrets: [['a']] }), 'spec.source.image.imagePullSecrets[0]'],
  ['an empty list as pull secret', image({ imagePullSecrets: [[]] }), 'spec.source.image.imagePullSecrets[0]'],
  ['a pull secret without a name', image({ imagePullSecrets: [{}] }), 'imagePullSecrets[0].name: Required value'],
  [
    'a pull secret with more',
    image({ imagePullSecrets: [{ name: 'a', b: 1 }] }),
    'spec.source.image.imagePullSecrets[0]',
  ],
  ['a pull secret in capitals', image({ imagePullSecrets: ['A'] }), 'imagePullSecrets[0] in body should match'],
  [
    'min above max',
    scaling({ minReplicas: 3, maxReplicas: 2 }),
    'scaling.minReplicas is above scaling.maxReplicas: raise maxReplicas',
  ],
  ['min above the default of max', agentWith({ scaling: { minReplicas: 11 } }), 'scaling.minReplicas is above'],
  ['max 0', scaling({ maxReplicas: 0 }), 'should be greater than or equal to 1'],
  [
    'target above the hard limit',
    scaling({ containerConcurrency: 10, targetConcurrency: 20 }),
    'scaling.targetConcurrency is above scaling.containerConcurrency',
  ],
  [
    'a duration without a unit',
    scaling({ scaleToZeroGracePeriod: '30' }),
    'scaleToZeroGracePeriod in body should match',
  ],
  [
    'a grace period above 1h',
    scaling({ scaleToZeroGracePeriod: '61m' }),
    'scaleToZeroGracePeriod is above 1h, the most that Knative accepts',
  ],
  ['a quantity in words', resources({ limits: { cpu: 'lots' } }), 'spec.resources.limits.cpu in body should match'],
  [
    'a negative quantity',
    resources({ limits: { memory: '-1Mi' } }),
    'spec.resources.limits.memory in body should match',
  ],
  [
    'a limit below the request',
    resources({ requests: { cpu: '200m' }, limits: { cpu: '0.1' } }),
    'resources.limits.cpu is below resources.requests.cpu: raise the limit',
  ],
  [
    'a memory limit below the request of an agent',
    agentWith({ resources: { requests: { memory: '1Gi' }, limits: { memory: '1G' } } }),
    'resources.limits.memory is below resources.requests.memory',
  ],
  [
    'value and valueFrom',
    variable({ value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }),
    'env entry has both value and valueFrom: keep one of them',
  ],
  ['valueFrom without a source', variable({ valueFrom: {} }), 'env valueFrom needs exactly one of fieldRef'],
  [
    'valueFrom with two sources',
    variable({ valueFrom: { fieldRef: { fieldPath: 'a' }, secretKeyRef: { name: 's', key: 'k' } } }),
    'env valueFrom needs exactly one of fieldRef',
  ],
  ...reserved,
  ['a bare number as value', variable({ value: 1 }), 'must be of type string'],
  ['257 variables', functionWith({ env: Array.from({ length: 257 }, (_, i) => ({ name: `A${i}` })) }), 'Too many: 257'],
  [
    'ECR without a region',
    functionWith({ build: { registryType: 'ecr' } }),
    'build.registryType is ecr: add build.awsRegion',
  ],
  ['a back-off that is not ISO 8601', dlq({ retryBackoffDelay: '1s' }), 'retryBackoffDelay in body should match'],
  ['101 retries', dlq({ retryMaxAttempts: 101 }), 'should be less than or equal to 100'],
  ['a negative TTL', dlq({ messageTTL: -1 }), 'should be greater than or equal to 0'],
  [
    'parallelism above 1000',
    functionWith({ eventing: { rabbitmq: { parallelism: 1001 } } }),
    'less than or equal to 1000',
  ],
  ['a sampling rate above 1', functionWith({ observability: { tracing: { samplingRate: '1.5' } } }), 'should match'],
  [
    'an unknown upgrade policy',
    functionWith({ upgrade: { rebuild: 'always' } }),
    'spec.upgrade.rebuild in body should match',
  ],
  ['temperature 2.1', ai({ temperature: 2.1 }), 'spec.ai.temperature in body should be less than or equal to 2'],
  ['temperature -0.1', ai({ temperature: -0.1 }), 'spec.ai.temperature in body should be greater than or equal to 0'],
  ['temperature "hot"', ai({ temperature: 'hot' }), 'spec.ai.temperature in body should match'],
  ['temperature true', ai({ temperature: true }), 'spec.ai.temperature'],
  ['temperature {}', ai({ temperature: {} }), 'spec.ai.temperature'],
  ['temperature []', ai({ temperature: [] }), 'spec.ai.temperature'],
  ['temperature {a: 1}', ai({ temperature: { a: 1 } }), 'spec.ai.temperature'],
  ['temperature [1]', ai({ temperature: [1] }), 'spec.ai.temperature'],
  ['0 tokens', ai({ maxTokens: 0 }), 'spec.ai.maxTokens in body should be greater than or equal to 1'],
  [
    'two prompts under ai',
    ai({ systemPrompt: 'Be brief.', systemPromptConfigMapRef: { name: 'prompts', key: 'bruno.txt' } }),
    'ai has systemPrompt and systemPromptConfigMapRef: keep one of them',
  ],
  ['openai without a key', ai({ provider: 'openai' }), 'add ai.apiKeySecretRef with the name and key of a Secret'],
  [
    'anthropic without a key',
    ai({ provider: 'anthropic' }),
    'add ai.apiKeySecretRef with the name and key of a Secret',
  ],
  [
    '1001 context messages',
    agentWith({ behavior: { maxContextMessages: 1001 } }),
    'should be less than or equal to 1000',
  ],
  ['a budget without a limit', agentWith({ ai: hosted, budget: {} }), 'the budget has no limit'],
  ['an empty limit', agentWith({ ai: hosted, budget: { perRun: {} } }), 'the limit is empty'],
  [
    'a limit in money without prices',
    agentWith({ ai: hosted, budget: { perDay: { money: '1' } } }),
    'a limit in money needs prices',
  ],
  ['an amount that is no decimal', agentWith({ ai: hosted, budget: { perDay: { money: '1e3' } } }), 'should match'],
  ['a budget without a model', agentWith({ budget: { perDay: { tokens: 1 } } }), 'metered on the way to the model'],
  [
    'a budget of ollama without its address',
    agentWith({ ai: { provider: 'ollama' }, budget: { perDay: { tokens: 1 } } }),
    'for ollama with its endpoint',
  ],
  [
    'a budget of a model that is not asked by HTTP',
    agentWith({ ai: { endpoint: 'ollama:11434' }, budget: { perDay: { tokens: 1 } } }),
    'a budget is metered over HTTP',
  ],
  [
    'supervised without approval',
    agentWith({ operationMode: 'supervised' }),
    'operationMode is supervised: add approval with at least one provider',
  ],
  [
    'a tier for an account that somebody else made',
    agentWith({ serviceAccountName: 'own', permissions: { tier: 'viewer' } }),
    'permissions.tier is given to an account that the operator makes',
  ],
  ['a tier that there is not', agentWith({ permissions: { tier: 'root' } }), 'Unsupported value: "root"'],
  [
    'fewer runs in flight than subscriptions',
    agentWith({ eventing: { maxRunsInFlight: 1, subscriptions: [{ eventType: 'a.b' }, { eventType: 'c.d' }] } }),
    'maxRunsInFlight is less than the number of subscriptions',
  ],
  [
    'approval by Slack without its block',
    agentWith({ approval: { providers: ['slack'] } }),
    'approval.providers has slack: add approval.slack',
  ],
  [
    'approval by a service without its block',
    agentWith({ approval: { providers: ['custom'] } }),
    'approval.providers has custom: add approval.custom',
  ],
  [
    'Slack without a way to post',
    agentWith({ approval: { slack: { channel: '#a' } } }),
    'approval.slack has no way to post: add webhookUrl, webhookUrlSecretRef or botTokenSecretRef',
  ],
  ['no approval provider in the list', agentWith({ approval: { providers: [] } }), 'should have at least 1 items'],
  ['an event type without a dot', subscription('chat'), 'eventType in body should match'],
  ['an event type that ends in a dot', subscription('io.homelab.'), 'eventType in body should match'],
  ['an event type with a blank', subscription('io.homelab chat'), 'eventType in body should match'],
  [
    'the same subscription twice',
    agentWith({ eventing: { subscriptions: [{ eventType: 'a.b' }, { eventType: 'a.b' }] } }),
    'two subscriptions have the same eventType and source: remove one of them',
  ],
  ['a forward of nothing', forward({ eventTypes: [] }), 'should have at least 1 items'],
  ['a forward to nobody', forward({ targetAgent: '' }), 'targetAgent in body should be at least 1 chars long'],
  ['a target namespace with a dot', agentWith({ permissions: { allowedTargetNamespaces: ['a.b'] } }), 'should match'],
  [
    '65 subscriptions',
    agentWith({ eventing: { subscriptions: Array.from({ length: 65 }, (_, i) => ({ eventType: `a.${i}` })) } }),
    'Too many: 65',
  ],
];
