import { annotations, type LambdaAgent } from '../api/index.ts';

/** A skill of an agent card (A2A 1.0, specification/a2a.proto). */
interface AgentSkill {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
}

export interface AgentCardProps {
  readonly agent: Pick<LambdaAgent, 'metadata' | 'spec'>;
  /** Where messages for the agent are taken. */
  readonly url: string;
  /** Of tokens. */
  readonly audience: string;
}

/** Version of A2A that cards and answers have. */
export const a2aVersion = '1.0';

/** What a message may be made of, and an answer. */
const modes = ['text/plain', 'application/json'] as const;

/** What an agent says of itself to other agents (A2A 1.0, §4.4). Needs no pod of the agent. */
export function buildAgentCard({ agent, audience, url }: AgentCardProps) {
  const { metadata, spec } = agent;
  return {
    name: metadata.name,
    description: descriptionOf(agent),
    version: spec.image.digest ?? spec.image.tag,
    supportedInterfaces: [{ url, protocolBinding: 'JSONRPC', protocolVersion: a2aVersion }],
    capabilities: { streaming: false, pushNotifications: false, extendedAgentCard: false },
    securitySchemes: {
      token: {
        httpAuthSecurityScheme: {
          scheme: 'Bearer',
          bearerFormat: 'JWT',
          description: `token of a ServiceAccount for the audience ${audience}`,
        },
      },
    },
    securityRequirements: [{ schemes: { token: { list: [] } } }],
    defaultInputModes: modes,
    defaultOutputModes: modes,
    skills: skillsOf(agent),
  };
}

function descriptionOf({ metadata }: Pick<LambdaAgent, 'metadata'>): string {
  return metadata.annotations[annotations.description] ?? `Agent ${metadata.name} of namespace ${metadata.namespace}`;
}

/** What it can be asked for, and the events that wake it; one skill at least, as who reads a card chooses one. */
function skillsOf(agent: AgentCardProps['agent']): readonly AgentSkill[] {
  const { intents = [], subscriptions = [] } = agent.spec.eventing ?? {};
  const asked = [...new Set(intents)].map((intent) => ({
    id: intent,
    name: intent,
    description: `What is asked for as ${intent}`,
    tags: ['intent'],
  }));
  const types = new Map(subscriptions.map(({ description, eventType }) => [eventType, description] as const));
  const events = [...types]
    .filter(([type]) => type !== '*' && !intents.includes(type))
    .map(([type, description]) => ({
      id: type,
      name: type,
      description: description ?? `Events of type ${type}`,
      tags: ['event'],
    }));
  const skills = [...asked, ...events];
  const { name } = agent.metadata;
  return skills.length > 0 ? skills : [{ id: name, name, description: descriptionOf(agent), tags: ['message'] }];
}
