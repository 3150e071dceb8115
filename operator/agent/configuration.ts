import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type AgentTier, agentTierNames } from '../api/index.ts';
import type { FunctionSettings } from '../function/settings.ts';
import type { RabbitmqSettings } from '../specs/rabbitmq-broker-config.ts';
import { wordsOf } from '../variable-forms.ts';
import type { AgentSettings } from './settings.ts';

/** Variables that say how agents are run; what else holds for them is that of functions. */
export const agentVariables = {
  AGENT_BROKER: z.enum(['dedicated', 'shared']).default('dedicated'),
  AGENT_TIERS: wordsOf(agentTierNames).default([]),
  SUPERVISION_ADDRESS: z.url({ protocol: /^https?$/, error: 'an http or https address' }).optional(),
  SUPERVISION_KEYS_FOLDER: z.string().optional(),
} as const;

interface AgentVariables {
  readonly AGENT_BROKER: 'dedicated' | 'shared';
  readonly AGENT_TIERS: readonly AgentTier[];
  readonly SUPERVISION_ADDRESS?: string | undefined;
  readonly SUPERVISION_KEYS_FOLDER?: string | undefined;
  readonly BROKER_CONFIG?: RabbitmqSettings | undefined;
}

/** What an environment decides for its agents. */
export function agentSettings(
  variables: AgentVariables,
  { builds, enforceUsableBy, eventing, maxTimeoutSeconds, serving }: FunctionSettings,
): AgentSettings {
  const { AGENT_BROKER: kind, AGENT_TIERS: tiers, BROKER_CONFIG: rabbitmq } = variables;
  const { environment, telemetry, timeoutSeconds } = serving;
  return {
    serving: { environment, telemetry, timeoutSeconds },
    broker: kind === 'shared' ? { kind, name: eventing.broker } : { kind, rabbitmq },
    tiers,
    namespaceBroker: eventing.broker,
    deadLetterSink: eventing.deadLetterSink,
    supervision: supervisionOf(variables),
    meter: { image: builds.fetchImage, pullPolicy: builds.fetchPullPolicy },
    maxTimeoutSeconds,
    enforceUsableBy,
  };
}

/** File of the key that paths are made with now, as the receiver has it. */
const currentKey = 'key';

function supervisionOf(variables: AgentVariables): AgentSettings['supervision'] {
  const { SUPERVISION_ADDRESS: address, SUPERVISION_KEYS_FOLDER: folder } = variables;
  if (address === undefined || folder === undefined) return undefined;
  // read each time: a mounted Secret that may change, and may not be there yet
  const readKey = async (): Promise<string | undefined> => {
    const text = await readFile(join(folder, currentKey), 'utf8').catch(() => '');
    return text.trim() || undefined;
  };
  return { address, readKey };
}
