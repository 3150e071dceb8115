import type { LambdaAgent } from '../api/index.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EventRecorder } from '../reconcile/event-recorder.ts';
import type { StatusOutbox } from '../lifecycle/outbox.ts';
import type { ReconcileContext } from '../reconcile/pass.ts';
import type { ReferencedObjects } from '../specs/reference.ts';
import type { AgentCaches } from './caches.ts';
import type { KnownAgents } from './known-agents.ts';
import type { ModelHealth } from './model-health.ts';
import type { AgentSettings } from './settings.ts';
import type { UsedBudgets } from './used-budgets.ts';

/** What passes ask of the API server. */
export type AgentClient = Pick<KubeClient, 'apply' | 'applyStatus' | 'delete' | 'get' | 'merge'>;

/** What every pass over every agent shares. */
export interface AgentWorld {
  readonly client: AgentClient;
  readonly caches: AgentCaches;
  readonly agents: KnownAgents;
  readonly models: Pick<ModelHealth, 'read' | 'forget'>;
  readonly budgets: Pick<UsedBudgets, 'read' | 'forget'>;
  readonly settings: AgentSettings;
  readonly recorder: Pick<EventRecorder, 'record'>;
  readonly outbox: StatusOutbox;
  readonly today: () => Date;
}

/** One pass over one agent. */
export interface AgentPass extends AgentWorld {
  readonly key: string;
  readonly agent: LambdaAgent;
  /** What is known of the Secrets and ConfigMaps of its namespace. */
  readonly objects: ReferencedObjects;
  readonly context: ReconcileContext;
}

/** What a step found, and after how many milliseconds it must look again if nothing changes. */
export interface StepResult<Facts> {
  readonly facts: Facts;
  readonly againMs?: number;
}

/** After it a kind may be installed, and what was refused may be allowed, without an object that changes. */
export const unsettledMs = 60_000;
