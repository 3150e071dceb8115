import { z } from 'zod';
import { brokerName, dnsLabel, hostName, hostPort, webAddress } from './names.ts';
import { memoryQuantity, resourcesSchema } from './quantity.ts';

export const rabbitmqSchema = z.strictObject({
  cluster: dnsLabel.describe('name of the RabbitmqCluster'),
  namespace: dnsLabel.describe('namespace of the RabbitmqCluster'),
  owned: z
    .boolean()
    .describe('whether the environment creates the RabbitmqCluster; false means it is shared and found there'),
  host: hostName.describe('host name of the broker'),
  replicas: z
    .int()
    .min(1)
    .max(7)
    .describe('broker nodes; queues are quorum queues; environments that share a broker give the same number'),
  vhost: brokerName.describe('virtual host of the environment'),
  queues: z
    .strictObject({
      builds: brokerName.describe('queue of build events'),
      services: brokerName.describe('queue of service events'),
      results: brokerName.describe('queue of results'),
      deadLetters: brokerName.describe('queue that keeps what the other queues gave up'),
    })
    .describe('named queues of the environment'),
  user: brokerName.describe('user of the environment at the broker; its password is generated'),
  node: z
    .strictObject({
      resources: resourcesSchema.describe('resources of one broker node'),
      storage: memoryQuantity.describe('disk of one broker node'),
      storageClass: dnsLabel.describe('StorageClass of that disk'),
    })
    .optional()
    .describe('one broker node; needed where the environment creates the RabbitmqCluster'),
  limits: z
    .strictObject({
      queueLength: z.int().min(1).max(10_000_000).describe('messages that a queue holds before it refuses more'),
      deliveries: z
        .int()
        .min(1)
        .max(100)
        .describe('times that a message may come back undelivered before it becomes a dead letter'),
      deadLetters: z.int().min(1).max(10_000_000).describe('dead letters that are kept'),
      deadLetterDays: z.int().min(1).max(365).describe('days that a dead letter is kept'),
    })
    .describe('limits of the queues'),
  agentBrokers: z
    .enum(['dedicated', 'shared'])
    .describe('broker of an agent that names none: dedicated is <agent>-broker, shared is the broker of its namespace'),
});

export const rolloutSchema = z.strictObject({
  canary: z
    .enum(['none', 'default', 'conservative'])
    .describe('Flagger profile: default raises 10 to 50 % each minute, conservative 5 to 30 % every two minutes'),
  canaryReplicas: z.int().min(0).max(10).describe('largest number of canary pods beside the primary ones'),
  abTesting: z.boolean().describe('routing by the header x-ab-test; in production and beside a canary only'),
  loadTester: z
    .strictObject({
      url: webAddress.describe('address at which Flagger asks for load and acceptance tests'),
      namespace: dnsLabel.describe('namespace of the load tester'),
    })
    .describe('flagger-loadtester, which sends the canary requests so that it is never judged by silence'),
  alertChannel: z
    .string()
    .regex(/^[a-z0-9_-]{1,80}$/, 'a channel name without #')
    .describe('Slack channel that hears of promotions and roll-backs'),
  blueGreen: z
    .enum(['none', 'optional', 'manual'])
    .describe('blue-green switch: none, optional, or the documented manual workflow'),
});

export const monitoringSchema = z.strictObject({
  namespace: dnsLabel.describe('namespace of Prometheus'),
  prometheusUrl: webAddress.describe('address at which Prometheus answers queries'),
  serviceMonitors: z.boolean().describe('whether Prometheus scrapes the environment'),
  alerts: z
    .enum(['none', 'silent', 'routed'])
    .describe(
      'alert rules: none, told to no people, or routed to people; unless there are none the Broker hears of each alert',
    ),
  pagingSeverity: z
    .enum(['warning', 'critical'])
    .describe('least severity that pages a person where alerts are routed; lower ones are posted only'),
  release: dnsLabel.describe('label release that Prometheus selects monitors and rules by'),
  grafana: webAddress.describe('address of Grafana, which alerts link to'),
  runbooks: webAddress.describe('folder of the runbooks, which alerts link to'),
  federates: z
    .array(hostPort)
    .describe(
      'Prometheus servers of other clusters whose recorded series the one of this cluster reads; empty where each stands alone',
    ),
  remoteWriteUrl: webAddress.describe('remote-write address of Prometheus, where load tests send their results'),
  tracesEndpoint: hostPort.describe('endpoint for traces, which takes OTLP over HTTP'),
  tracesNamespace: dnsLabel.describe('namespace of the trace collector'),
  samplingRatio: z.number().min(0).max(1).describe('share of traces that are recorded, 0 to 1'),
  coreHourUsd: z.number().min(0).describe('price of one CPU core for one hour in USD, for figures of cost'),
});

export const accessSchema = z
  .array(
    z.strictObject({
      group: z.string().min(1).max(128).describe('group of people, as the cluster authenticates it'),
      binding: dnsLabel.describe('name of the RoleBinding'),
      functions: z.enum(['view', 'edit', 'admin']).describe('ClusterRole in the function namespaces'),
      control: z.enum(['none', 'view', 'edit', 'admin']).describe('ClusterRole in the control namespace'),
    }),
  )
  .describe('people beside the owner of the cluster');

export const costSchema = z
  .strictObject({
    computeUsd: z.number().min(0).describe('compute, in USD a month'),
    storageUsd: z.number().min(0).describe('storage, in USD a month'),
    transferUsd: z.number().min(0).describe('data transfer, in USD a month'),
    alertEmails: z
      .array(z.email())
      .max(10)
      .describe('who is told when 80 and 100 % of the month are spent; empty means that AWS only shows it'),
  })
  .describe('budgeted monthly cost');

export const featuresSchema = z
  .strictObject({
    sampleFunctions: z
      .boolean()
      .describe('the sample functions hello-python and hello-nodejs are part of the environment'),
    enforceUsableBy: z
      .boolean()
      .describe('a function may name only Secrets and ServiceAccounts labelled usable-by: functions; false only warns'),
    agentBroker: z
      .enum(['dedicated', 'shared'])
      .describe(
        'dedicated: each agent has a Broker, which events for it are sent to; shared: agents read that of their namespace',
      ),
    agentTiers: z
      .array(z.enum(['restricted', 'viewer', 'developer', 'orchestrator', 'admin', 'security-tester']))
      .describe(
        'tiers that agents may ask for in permissions.tier: who writes agents in a namespace gets what the largest allows there',
      ),
    interfaces: z
      .array(z.enum(['a2a', 'mcp']))
      .describe(
        'protocols by which others call agents and functions through the receiver: a2a, agents by their cards; mcp, what is annotated as a tool',
      ),
    lifecycleEvents: z
      .union([z.enum(['broker', 'off']), webAddress], { error: 'broker, off, or an http or https address' })
      .describe(
        'who hears of what happens to functions, agents, builds and services: broker, the Broker of their namespace; an address that takes CloudEvents; off, nobody',
      ),
    auditEvents: z
      .boolean()
      .describe(
        'each command that the receiver carries out or refuses is an event of type notification.audit on the Broker of its default namespace, too; false leaves it to the log',
      ),
    deadLetterRetentionDays: z
      .union([z.literal('forever'), z.int().min(1).max(3650)], { error: 'forever, or days from 1 to 3650' })
      .describe(
        'after so many days dead letters are removed from the bucket; forever keeps them until somebody purges them',
      ),
    watchSecretVersions: z
      .boolean()
      .describe(
        'the operator sees the rotation of referenced Secrets and ConfigMaps; false rolls out on spec changes only',
      ),
  })
  .describe('switches for gradual rollout; each one is read by a part');
