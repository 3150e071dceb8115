import { agentWith, functionWith, manifest, type Manifest } from './manifest.ts';

const git = (parts: object) =>
  functionWith({ source: { type: 'git', git: { url: 'https://example.com/r.git', ...parts } } });
const image = (parts: object) =>
  manifest('LambdaFunction', { source: { type: 'image', image: { repository: 'r', ...parts } } });
const ai = (parts: object) => agentWith({ ai: { model: 'm', ...parts } });
const subscription = (eventType: string) => agentWith({ eventing: { subscriptions: [{ eventType }] } });

/** What worked with the original, or would have, and must be admitted. */
export const admitted: readonly (readonly [title: string, manifest: Manifest])[] = [
  ['no runtime beside a ready-made image', image({})],
  ['pull secrets as names', image({ imagePullSecrets: ['a', 'b.c'] })],
  ['pull secrets as objects', image({ imagePullSecrets: [{ name: 'a' }] })],
  ['pull secrets of both forms', image({ imagePullSecrets: ['a', { name: 'b' }] })],
  ['an empty digest and tag', image({ tag: '', digest: '' })],
  ['an image by digest', image({ digest: `sha256:${'a'.repeat(64)}` })],
  ['a bare handler', functionWith({ runtime: { language: 'python', version: '3.11', handler: 'handler' } })],
  ['a handler in a module', functionWith({ runtime: { language: 'go', version: '1.26', handler: 'main.Handler' } })],
  ['a version with a variant', functionWith({ runtime: { language: 'nodejs', version: '20.11.1-alpine3' } })],
  [
    'several source blocks',
    functionWith({ source: { type: 'inline', inline: { code: 'x' }, git: { url: 'git@example.com:a/b.git' } } }),
  ],
  ['a secretRef without a name', git({ secretRef: {} })],
  ['git over ssh', git({ url: 'ssh://git@example.com:22/a/b.git' })],
  ['git in the scp form', git({ url: 'git@example.com:a/b.git' })],
  ['git over http inside the cluster', git({ url: 'http://gitea.git.svc.cluster.local:3000/a/b.git' })],
  ['git over http to a short name of a Service', git({ url: 'http://gitea.git.svc/a/b.git' })],
  ['an empty path in a repository', git({ path: '' })],
  ['a commit as ref', git({ ref: '717db9812be18e9c717db9812be18e9c717db981' })],
  [
    'an object prefix',
    functionWith({ source: { type: 's3', s3: { bucket: 'my.bucket', key: "a/(b)!*'_.-/", region: 'us-gov-west-1' } } }),
  ],
  [
    'Google Cloud Storage',
    functionWith({ source: { type: 'gcs', gcs: { bucket: 'my_bucket', key: 'a.py', project: 'my-project' } } }),
  ],
  ['code of 512 Ki characters', functionWith({ source: { type: 'inline', inline: { code: 'x'.repeat(524_288) } } })],
  ['target 20 without a hard limit', functionWith({ scaling: { targetConcurrency: 20 } })],
  ['a hard limit of 1 without a target', functionWith({ scaling: { containerConcurrency: 1 } })],
  ['a grace period of 0s', functionWith({ scaling: { scaleToZeroGracePeriod: '0s' } })],
  ['a grace period of 1h', functionWith({ scaling: { scaleToZeroGracePeriod: '1h' } })],
  ['a grace period in two units', functionWith({ scaling: { scaleToZeroGracePeriod: '1m30.5s' } })],
  ['a limit below the old default', functionWith({ resources: { limits: { cpu: '20m' } } })],
  [
    'quantities in other units',
    functionWith({ resources: { requests: { memory: '1e3', cpu: '.5' }, limits: { memory: '1G', cpu: '0.5' } } }),
  ],
  ['numbers in quotes as values', functionWith({ env: [{ name: 'COUNT', value: '8080' }] })],
  [
    'an empty value beside valueFrom',
    functionWith({ env: [{ name: 'A', value: '', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
  ],
  ['K_SINK, which Knative leaves to the user', functionWith({ env: [{ name: 'K_SINK', value: 'http://broker' }] })],
  ['eventing switched off', functionWith({ eventing: { enabled: false } })],
  ['a name of 63 characters', functionWith({}, 'a'.repeat(63))],
  ['temperature as a number', ai({ temperature: 0.7 })],
  ['temperature as a string', ai({ temperature: '0.7' })],
  ['temperature 0', ai({ temperature: 0 })],
  ['temperature "2.0"', ai({ temperature: '2.0' })],
  ['the prompt under ai', ai({ systemPrompt: 'Be brief.' })],
  ['the prompt under behavior', agentWith({ behavior: { systemPrompt: 'Be brief.' } })],
  ['the prompt in a ConfigMap', ai({ systemPromptConfigMapRef: { name: 'prompts', key: 'bruno.txt' } })],
  ['no context messages', agentWith({ behavior: { maxContextMessages: 0 } })],
  ['provider none', ai({ provider: 'none' })],
  ['openai with a key', ai({ provider: 'openai', apiKeySecretRef: { name: 'openai', key: 'token' } })],
  ['every event type', subscription('*')],
  ['a wildcard in an event type', subscription('io.homelab.*')],
  ['an event type with a slash', subscription('io.homelab/chat.message-sent_v1')],
  [
    'one event type from two sources',
    agentWith({ eventing: { subscriptions: ['a', 'b'].map((source) => ({ eventType: 'a.b', source })) } }),
  ],
  ['217 intents', agentWith({ eventing: { intents: Array.from({ length: 217 }, (_, index) => `intent.${index}`) } })],
  [
    '64 subscriptions',
    agentWith({ eventing: { subscriptions: Array.from({ length: 64 }, (_, i) => ({ eventType: `a.${i}` })) } }),
  ],
  [
    'broker and trigger creation disabled with eventing on',
    agentWith({
      permissions: { disableBrokerCreation: true, disableTriggerCreation: true },
      eventing: { enabled: true, subscriptions: [{ eventType: 'a.b' }] },
    }),
  ],
  [
    'a forward to a namespace that is not in the list',
    agentWith({
      permissions: { allowedTargetNamespaces: ['here'] },
      eventing: { forwards: [{ eventTypes: ['a.b'], targetAgent: 'x', targetNamespace: 'there' }] },
    }),
  ],
  ['every target namespace', agentWith({ permissions: { allowedTargetNamespaces: ['*'] } })],
  ['a variable that the operator sets too', agentWith({ env: [{ name: 'OLLAMA_MODEL', value: 'm' }] })],
  [
    'a budget of the model of a cluster',
    agentWith({ ai: { endpoint: 'http://ollama.ollama.svc:11434' }, budget: { perDay: { tokens: 1000 } } }),
  ],
  ['supervised with an approval that names no provider', agentWith({ operationMode: 'supervised', approval: {} })],
  [
    'supervised with Slack',
    agentWith({
      operationMode: 'supervised',
      approval: { providers: ['slack'], slack: { webhookUrl: 'https://hooks.slack.com/x' } },
    }),
  ],
];
