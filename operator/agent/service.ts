import type { Container } from 'kubernetes-types/core/v1.d.ts';
import { annotations, type LambdaAgent } from '../api/index.ts';
import { withAppliedHash } from '../specs/applied-object.ts';
import {
  type ContainerResources,
  hardenedSecurityContext,
  temporaryMount,
  temporaryVolume,
  toRequirements,
} from '../specs/hardened-container.ts';
import {
  answerSeconds,
  type AppliedKnativeService,
  podResources,
  requestTimeout,
  type RevisionTemplate,
  scalingAnnotations,
  withTemplateHash,
} from '../specs/knative-service.ts';
import { agentLabels, controllerReference } from '../specs/ownership.ts';
import { accountName } from './account.ts';
import { type BudgetFacts } from './budget.ts';
import { agentEnvironment } from './environment.ts';
import { meterContainer } from './meter.ts';
import { systemPrompt } from './prompt.ts';
import { promptMount, promptVolume } from './prompt-volume.ts';
import type { AgentSettings } from './settings.ts';
import { mayCallApi } from './tier.ts';

export interface AgentServiceProps {
  readonly agent: LambdaAgent;
  readonly settings: AgentSettings;
  /** Where the agent sends events; undefined where it may send none. */
  readonly sink: string | undefined;
  readonly budget: BudgetFacts;
  /** Secrets and ConfigMaps that the agent names, with their versions: a new version is a new revision. */
  readonly references: string;
}

/** The service that runs an agent. */
export function buildAgentService(props: AgentServiceProps): AppliedKnativeService {
  const { agent, settings } = props;
  const { name, namespace } = agent.metadata;
  return withAppliedHash({
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name,
      namespace,
      ownerReferences: [controllerReference(agent)],
      labels: { ...agentLabels(name, 'agent'), environment: settings.serving.environment },
    },
    spec: { template: withTemplateHash(agentTemplate(props)) },
  } satisfies AppliedKnativeService);
}

/** A pod takes as many calls as come: most of them wait for the model. */
const unlimited = 0;

function agentTemplate(props: AgentServiceProps): RevisionTemplate {
  const { agent, references, settings } = props;
  const { metadata, spec } = agent;
  const prompt = systemPrompt(spec);
  return {
    metadata: {
      labels: agentLabels(metadata.name, 'agent'),
      annotations: {
        ...scalingAnnotations(scalingOf(agent)),
        ...(references === '' ? {} : { [annotations.references]: references }),
        ...(prompt?.kind === 'text' ? { [annotations.systemPrompt]: prompt.text } : {}),
      },
    },
    spec: {
      containerConcurrency: unlimited,
      timeoutSeconds: requestTimeout(spec, settings.serving.timeoutSeconds) + answerSeconds,
      serviceAccountName: accountName(agent),
      automountServiceAccountToken: mayCallApi(agent, settings.tiers),
      enableServiceLinks: false,
      imagePullSecrets: (spec.image.imagePullSecrets ?? []).map((secret) => ({ name: secret })),
      containers: [agentContainer(props), ...meterOf(props)],
      volumes: [temporaryVolume, ...(prompt === undefined ? [] : [promptVolume(prompt)])],
    },
  };
}

/** Warm unless it asks for 0: a model call is slow enough without the start of a pod. */
function scalingOf({ spec: { scaling } }: LambdaAgent) {
  const { minReplicas = 1, maxReplicas = 10, targetConcurrency = 10, scaleToZeroGracePeriod } = scaling ?? {};
  return { minReplicas, maxReplicas, target: targetConcurrency, retention: scaleToZeroGracePeriod };
}

const defaultResources: ContainerResources = {
  requests: { cpu: '50m', memory: '128Mi' },
  limits: { cpu: '500m', memory: '512Mi' },
};

function agentContainer({ agent, settings, sink }: AgentServiceProps): Container {
  const { image, resources } = agent.spec;
  const { telemetry, timeoutSeconds } = settings.serving;
  const around = { telemetry, sink, timeoutSeconds: requestTimeout(agent.spec, timeoutSeconds) };
  return {
    name: 'user-container',
    image: imageOf(image),
    imagePullPolicy: image.pullPolicy,
    ...(image.command === undefined ? {} : { command: [...image.command] }),
    ...(image.args === undefined ? {} : { args: [...image.args] }),
    ports: [{ name: 'http1', containerPort: image.port, protocol: 'TCP' }],
    // no liveness probe: a program that waits for a long answer of the model must not be killed for it
    readinessProbe: { httpGet: { path: '/health', port: image.port } },
    env: [...agentEnvironment(agent, around)],
    resources: toRequirements(podResources(resources, defaultResources)),
    securityContext: hardenedSecurityContext,
    volumeMounts: [temporaryMount, ...(systemPrompt(agent.spec) === undefined ? [] : [promptMount])],
  };
}

function meterOf({ agent, budget, settings }: AgentServiceProps): readonly Container[] {
  if (budget.kind !== 'metered') return [];
  const timeoutSeconds = requestTimeout(agent.spec, settings.serving.timeoutSeconds);
  return [meterContainer({ agent, settings, ledger: budget.ledger, timeoutSeconds })];
}

/** A digest wins; an empty tag or digest counts as none. */
function imageOf({ digest = '', repository, tag }: LambdaAgent['spec']['image']): string {
  return digest === '' ? `${repository}:${tag === '' ? 'latest' : tag}` : `${repository}@${digest}`;
}
