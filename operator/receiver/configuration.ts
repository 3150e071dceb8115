import { z } from 'zod';
import { receiverAudience } from '../api/index.ts';
import { describeFlags } from '../flags.ts';
import type { RateLimit } from '../kube/rate-limit.ts';
import { readSettings } from '../read-settings.ts';
import type { Destination } from '../specs/trigger.ts';
import { type LogLevel, logLevels } from '../telemetry/log.ts';
import type { Build } from '../telemetry/process-metrics.ts';
import { httpAddress, json, namespace, namespaces, truth, wholeWithin, wordsOf } from '../variable-forms.ts';
import type { DeadLetterQueue } from './dead-letters/keeper.ts';
import type { DeadLetterBucket } from './dead-letters/bucket-request.ts';
import type { AgentBroker } from './intent-delivery.ts';
import { type InterfaceName, interfaceNames } from './interfaces/interface-name.ts';
import type { SupervisionSettings } from '../supervision/supervision.ts';
import { defaultServerLimits, type ServerLimits } from './server.ts';

const reference = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  namespace: z.string(),
});

const flagSchema = z.strictObject({ mode: z.literal('receiver').describe('this program') });

/** Variables that the manifests and the image set; an empty one counts as absent. */
const variableSchema = z.object({
  ENVIRONMENT: z.string().default('unknown'),
  LOG_LEVEL: z.enum(logLevels).default('info'),
  PORT: wholeWithin(0, 65_535).prefault('8080'),
  POD_NAMESPACE: namespace.optional(),
  DEFAULT_NAMESPACE: namespace.default('knative-lambda'),
  WATCH_NAMESPACES: namespaces.default([]),
  FUNCTION_NAMESPACES: namespaces.default([]),
  TOKEN_AUDIENCE: z.string().default(receiverAudience),
  SIGNING_KEYS_FOLDER: z.string().optional(),
  BROKER_KEYS_FOLDER: z.string().optional(),
  ALERT_TOKENS_FOLDER: z.string().optional(),
  RECEIVER_REFERENCE: json(reference, 'JSON with the reference of a Service').optional(),
  MESH_DOMAIN: z.string().optional(),
  DEAD_LETTER_ENDPOINT: httpAddress.optional(),
  DEAD_LETTER_BUCKET: z.string().default(''),
  DEAD_LETTER_PREFIX: z.string().default('dead-letters/'),
  DEAD_LETTER_KEYS_FOLDER: z.string().optional(),
  DEAD_LETTER_RETENTION_DAYS: wholeWithin(1, 3650).optional(),
  DEAD_LETTER_QUEUE: z.string().optional(),
  DEAD_LETTER_LOGIN_FOLDER: z.string().optional(),
  RABBITMQ_HOST: z.string().optional(),
  RABBITMQ_PORT: wholeWithin(1, 65_535).prefault('5672'),
  RABBITMQ_VHOST: z.string().default('/'),
  AWS_REGION: z.string().default('us-east-1'),
  INTERFACES: wordsOf(interfaceNames).default([]),
  INTERFACE_URL: z.url({ protocol: /^https?$/, error: 'an http or https address' }).default('http://localhost:8080'),
  CALL_SECONDS: wholeWithin(1, 86_400).prefault('600'),
  SUPERVISION_ADDRESS: httpAddress.optional(),
  SLACK_API: httpAddress.default('https://slack.com/api/'),
  ENFORCE_USABLE_BY: truth.prefault('true'),
  AGENT_BROKER: z.enum(['dedicated', 'shared']).default('dedicated'),
  AUDIT_EVENTS: truth.prefault('false'),
  ALLOW_ANONYMOUS: truth.prefault('false'),
  RATE_LIMIT: wholeWithin(1, 100_000).prefault('50'),
  BURST_SIZE: wholeWithin(1, 100_000).prefault('100'),
  MAX_BODY_BYTES: wholeWithin(1024, 10_485_760).prefault(String(defaultServerLimits.bodyBytes)),
  MAX_CONCURRENT_REQUESTS: wholeWithin(1, 10_000).prefault(String(defaultServerLimits.concurrency)),
  MAX_BATCH_SIZE: wholeWithin(1, 1000).prefault('100'),
  DRAIN_SECONDS: wholeWithin(0, 60).prefault('5'),
  OPERATOR_VERSION: z.string().default('unknown'),
  OPERATOR_COMMIT: z.string().default('unknown'),
});

export type DeadLetterSettings =
  /** Nothing is kept: what a Broker brings fails until the Broker gives it up. */
  | { readonly kind: 'none' }
  /** Without a folder of keys the identity of the pod opens the bucket. */
  | {
      readonly kind: 'bucket';
      readonly place: DeadLetterBucket;
      readonly keysFolder: string | undefined;
      /** Undefined keeps letters until somebody purges them. */
      readonly retentionDays: number | undefined;
      /** Undefined where no queue is emptied into the bucket. */
      readonly inbox: { readonly place: DeadLetterQueue; readonly loginFolder: string } | undefined;
    };

/** By which others call agents and functions. */
export interface InterfaceSettings {
  readonly served: readonly InterfaceName[];
  /** Where this receiver is reached, without a path. */
  readonly url: string;
  /** Until an answer is there. */
  readonly callMs: number;
}

/** Brokers whose events come here. */
export interface BrokerSettings {
  readonly keysFolder: string;
  readonly namespaces: readonly string[];
  /** The Service of the receiver. */
  readonly receiver: Destination['ref'];
}

export interface ReceiverConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly build: Build;
  readonly port: number;
  /** Where the ConfigMap with schemas is; undefined reads none. */
  readonly controlNamespace: string | undefined;
  readonly defaultNamespace: string;
  /** Where functions are served; none means everywhere. */
  readonly watchedNamespaces: readonly string[];
  /** Whether functions of a namespace are served. */
  readonly serves: (namespace: string) => boolean;
  readonly audience: string;
  readonly signingKeysFolder: string | undefined;
  /** Of the tokens of Alertmanager; undefined where it has none. */
  readonly alertTokensFolder: string | undefined;
  /** Undefined where no Broker sends here. */
  readonly brokers: BrokerSettings | undefined;
  readonly meshDomain: string | undefined;
  readonly deadLetters: DeadLetterSettings;
  readonly interfaces: InterfaceSettings;
  /** Undefined where no actions of agents are held. */
  readonly supervision: SupervisionSettings | undefined;
  /** Whose Broker events with an intent go to. */
  readonly agentBroker: AgentBroker;
  /** Whether a Broker hears of each command, too. */
  readonly auditEvents: boolean;
  readonly allowAnonymous: boolean;
  /** Of each sender. */
  readonly rate: RateLimit;
  readonly limits: ServerLimits;
  readonly batchSize: number;
  /** From the signal to end until no more requests are taken. */
  readonly drainMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration of the receiver, from flags and environment variables; frozen.
 * @throws ConfigurationError with one line for each fault
 */
export function readReceiverConfig(args: readonly string[], environment: Environment): ReceiverConfig {
  const schemas = { flags: flagSchema, variables: variableSchema };
  return Object.freeze(toConfig(readSettings(schemas, { args, environment }).variables));
}

type Variables = z.output<typeof variableSchema>;

function deadLettersOf(variables: Variables): DeadLetterSettings {
  const { AWS_REGION: region, DEAD_LETTER_BUCKET: bucket, DEAD_LETTER_ENDPOINT: endpoint } = variables;
  if (endpoint === undefined) return { kind: 'none' };
  const place = { endpoint, bucket, prefix: variables.DEAD_LETTER_PREFIX, region };
  const { DEAD_LETTER_KEYS_FOLDER: keysFolder, DEAD_LETTER_RETENTION_DAYS: retentionDays } = variables;
  return { kind: 'bucket', place, keysFolder, retentionDays, inbox: inboxOf(variables) };
}

function inboxOf(variables: Variables) {
  const { DEAD_LETTER_LOGIN_FOLDER: loginFolder, DEAD_LETTER_QUEUE: queue, RABBITMQ_HOST: host } = variables;
  if (loginFolder === undefined || queue === undefined || host === undefined) return undefined;
  return { loginFolder, place: { host, port: variables.RABBITMQ_PORT, vhost: variables.RABBITMQ_VHOST, queue } };
}

function brokersOf(variables: Variables): BrokerSettings | undefined {
  const { BROKER_KEYS_FOLDER: keysFolder, FUNCTION_NAMESPACES: served, RECEIVER_REFERENCE: receiver } = variables;
  return keysFolder === undefined || receiver === undefined ? undefined : { keysFolder, namespaces: served, receiver };
}

function supervisionOf(variables: Variables): SupervisionSettings | undefined {
  const { ENFORCE_USABLE_BY: enforceUsableBy, SLACK_API: slackApi, SUPERVISION_ADDRESS: address } = variables;
  return address === undefined ? undefined : { address, slackApi, enforceUsableBy };
}

function toConfig(variables: Variables): ReceiverConfig {
  const { WATCH_NAMESPACES: listed } = variables;
  return {
    environment: variables.ENVIRONMENT,
    logLevel: variables.LOG_LEVEL,
    build: { version: variables.OPERATOR_VERSION, commit: variables.OPERATOR_COMMIT },
    port: variables.PORT,
    controlNamespace: variables.POD_NAMESPACE,
    defaultNamespace: variables.DEFAULT_NAMESPACE,
    watchedNamespaces: listed,
    serves: (name) => listed.length === 0 || listed.includes(name),
    audience: variables.TOKEN_AUDIENCE,
    signingKeysFolder: variables.SIGNING_KEYS_FOLDER,
    alertTokensFolder: variables.ALERT_TOKENS_FOLDER,
    brokers: brokersOf(variables),
    meshDomain: variables.MESH_DOMAIN,
    deadLetters: deadLettersOf(variables),
    interfaces: {
      served: variables.INTERFACES,
      url: variables.INTERFACE_URL.replace(/\/+$/, ''),
      callMs: variables.CALL_SECONDS * 1000,
    },
    supervision: supervisionOf(variables),
    agentBroker: variables.AGENT_BROKER,
    auditEvents: variables.AUDIT_EVENTS,
    allowAnonymous: variables.ALLOW_ANONYMOUS,
    rate: { perSecond: variables.RATE_LIMIT, burst: variables.BURST_SIZE },
    limits: {
      ...defaultServerLimits,
      bodyBytes: variables.MAX_BODY_BYTES,
      concurrency: variables.MAX_CONCURRENT_REQUESTS,
    },
    batchSize: variables.MAX_BATCH_SIZE,
    drainMs: variables.DRAIN_SECONDS * 1000,
  };
}

export const usage = `usage: knative-lambda-operator --mode=receiver

Takes CloudEvents by HTTP, carries out their commands on LambdaFunctions, routes others by intent, and serves A2A and MCP. Environment variables say the rest:
${Object.keys(variableSchema.shape).join(', ')}.

${describeFlags(flagSchema)}  --help                       this text
`;
