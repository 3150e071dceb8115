import type { LambdaAgent, LambdaAgentStatus } from '../api/index.ts';
import { toSeconds } from '../conditions/judgement.ts';
import { modelEndpoint } from './model-environment.ts';
import type { ModelReport } from './model-health.ts';
import type { ModelTarget } from './model-target.ts';

type AiStatus = NonNullable<LambdaAgentStatus['aiStatus']>;

/** What is known of the model that an agent asks. */
export interface ModelFacts {
  /** Undefined where nobody asks it but the agent. */
  readonly target: ModelTarget | undefined;
  /** Undefined before the first answer. */
  readonly report: ModelReport | undefined;
}

/** What the agent is told to ask, and whether it is served, where that is known: it is never guessed. */
export function aiStatus({ spec: { ai }, status }: LambdaAgent, facts: ModelFacts): AiStatus | undefined {
  if (ai === undefined) return undefined;
  const endpoint = modelEndpoint(ai);
  const { model, provider } = ai;
  const told = {
    provider,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(model === undefined ? {} : { activeModel: model }),
  };
  if (endpoint === undefined && provider !== 'none') {
    return { ...told, error: 'nothing says where the model is served: add spec.ai.endpoint' };
  }
  return facts.target === undefined ? told : { ...told, ...healthStatus(told, status?.aiStatus, facts.report) };
}

/** Times of the same answer are written again only so often: each time is a write for every agent. */
const refreshMs = 600_000;

type Told = Pick<AiStatus, 'provider' | 'endpoint' | 'activeModel'>;

function healthStatus(told: Told, before: AiStatus | undefined, report: ModelReport | undefined): Partial<AiStatus> {
  const known = before !== undefined && isSameModel(told, before) ? healthIn(before) : {};
  if (report === undefined) return known;
  const now = healthOf(report);
  const isSame = known.error === now.error && known.modelAvailable === now.modelAvailable;
  const age = report.askedAt.getTime() - Date.parse(known.lastHealthCheck ?? '');
  return isSame && age < refreshMs ? known : { ...lastSuccessIn(known), ...now };
}

function isSameModel(one: Told, other: Told): boolean {
  return one.provider === other.provider && one.endpoint === other.endpoint && one.activeModel === other.activeModel;
}

function healthIn({ error, lastHealthCheck, lastSuccess, modelAvailable, probeMilliseconds }: AiStatus) {
  return {
    ...(modelAvailable === undefined ? {} : { modelAvailable }),
    ...(lastHealthCheck === undefined ? {} : { lastHealthCheck }),
    ...lastSuccessIn({ lastSuccess }),
    ...(probeMilliseconds === undefined ? {} : { probeMilliseconds }),
    ...(error === undefined ? {} : { error }),
  };
}

function lastSuccessIn({ lastSuccess }: Pick<AiStatus, 'lastSuccess'>) {
  return lastSuccess === undefined ? {} : { lastSuccess };
}

function healthOf({ answer, askedAt, latencyMs, servedAt }: ModelReport) {
  return {
    ...(answer.kind === 'unsaid' ? {} : { modelAvailable: answer.kind === 'served' }),
    lastHealthCheck: toSeconds(askedAt),
    ...(servedAt === undefined ? {} : { lastSuccess: toSeconds(servedAt) }),
    probeMilliseconds: latencyMs,
    ...(answer.kind === 'failed' ? { error: `the server of the model ${answer.cause}` } : {}),
  };
}
