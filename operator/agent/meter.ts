import type { Container } from 'kubernetes-types/core/v1.d.ts';
import type { LambdaAgent } from '../api/index.ts';
import { variable } from '../specs/environment-variable.ts';
import { type ContainerResources, hardenedSecurityContext, toRequirements } from '../specs/hardened-container.ts';
import { modelEndpoint } from './model-environment.ts';
import type { AgentSettings } from './settings.ts';

const [usualPort, otherPort] = [8470, 8471] as const;

/** On loopback, which all containers of a pod share. */
const meterPort = ({ image }: LambdaAgent['spec']): number => (image.port === usualPort ? otherPort : usualPort);

/** The address of the model that the agent is told: that of its meter, with the path of the true one. */
export function meteredEndpoint({ spec }: Pick<LambdaAgent, 'spec'>): string | undefined {
  const endpoint = spec.ai && modelEndpoint(spec.ai);
  if (endpoint === undefined || spec.budget === undefined || !URL.canParse(endpoint)) return endpoint;
  const address = new URL(endpoint);
  address.protocol = 'http:';
  address.host = `127.0.0.1:${meterPort(spec)}`;
  return address.href.replace(/\/$/, '');
}

/** Idle it has 70 MiB resident with Node.js 24; a request may have 32 MiB. */
const resources: ContainerResources = {
  requests: { cpu: '10m', memory: '80Mi' },
  limits: { cpu: '200m', memory: '256Mi' },
};

export interface MeterContainerProps {
  readonly agent: LambdaAgent;
  readonly settings: Pick<AgentSettings, 'meter' | 'serving'>;
  /** Address of the ledger of the agent. */
  readonly ledger: string;
  readonly timeoutSeconds: number;
}

/** What counts the calls of the model. It has no probe: Knative has them of one container only. */
export function meterContainer({ agent, ledger, settings, timeoutSeconds }: MeterContainerProps): Container {
  const { ai, budget } = agent.spec;
  return {
    name: 'meter',
    image: settings.meter.image,
    imagePullPolicy: settings.meter.pullPolicy,
    args: ['--mode=meter'],
    env: [
      variable('METER_PORT', meterPort(agent.spec)),
      variable('METER_MODEL', (ai && modelEndpoint(ai)) ?? ''),
      variable('METER_LEDGER', ledger),
      variable('METER_REFUSES_UNCOUNTED', budget?.action === 'pause'),
      variable('METER_LONGEST_ANSWER', ai?.maxTokens ?? defaultAnswer),
      variable('METER_LONGEST_CALL_SECONDS', timeoutSeconds),
      variable('LOG_LEVEL', settings.serving.telemetry.logLevel),
    ],
    resources: toRequirements(resources),
    securityContext: hardenedSecurityContext,
  };
}

const defaultAnswer = 2048;
