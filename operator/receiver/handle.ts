import type { Clock } from '../kube/clock.ts';
import { toRefusal, unavailable } from './api-refusal.ts';
import { type AgentSwitch, parseSwitch } from './agent-switch.ts';
import type { SwitchAgent } from './agent-switches.ts';
import type { Audit, AuditRecord } from './audit.ts';
import type { Admit } from './authorize.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { FindChanged } from './changed-functions.ts';
import { readCodeChanges } from './code-change.ts';
import { type FunctionReference, jsonOf, parseCommand, parseSubject } from './command.ts';
import type { Authorize, Commands, Effect } from './commands.ts';
import { type EventOrders, type OrderEffect, parseOrder } from './dead-letters/event-orders.ts';
import type { EventRouter, Routed } from './event-router.ts';
import { type CommandKind, currentType, type LetterOrderKind, meaningOf } from './event-names.ts';
import type { Invoke } from './invoker.ts';
import { parseJson } from './json-text.ts';
import type { EventResult, ReceiverTelemetry } from './receiver-telemetry.ts';
import { Refusal, refusalReasons } from './refusal.ts';
import type { KeepRefused } from './refused-delivery.ts';
import type { EventSchemas } from './schemas.ts';
import type { Sender } from './sender.ts';

/** What became of an event that is accepted. */
export type Handled = Effect | Routed | OrderEffect | 'invoked' | 'delivered' | 'counted' | 'ignored';

export interface HandlerProps {
  readonly schemas: EventSchemas;
  readonly commands: Commands;
  /** Asked before a function is read. */
  readonly admit: Admit;
  readonly authorizeFor: (sender: Sender) => Authorize;
  readonly findChanged: FindChanged;
  readonly invoke: Invoke;
  /** Undefined where no dead letters are stored. */
  readonly orders: Pick<EventOrders, 'carryOut'> | undefined;
  readonly switchAgent: SwitchAgent;
  readonly router: Pick<EventRouter, 'route' | 'routeDelivered'>;
  readonly keepRefused: KeepRefused;
  readonly audit: Audit;
  readonly telemetry: ReceiverTelemetry;
  /** Namespace of a function where neither event nor sender names one. */
  readonly defaultNamespace: string;
  readonly clock: Clock;
}

/** Gives each event its effect, and its refusal a place where it is found again. */
export class EventHandler {
  readonly #props: HandlerProps;

  constructor(props: HandlerProps) {
    this.#props = props;
  }

  /** @throws Refusal, which is kept as a dead letter by then if its sender would drop it */
  async handle(sent: CloudEvent, sender: Sender): Promise<Handled> {
    return this.#observed(sent, sender, (event) => this.#effect(event, sender));
  }

  /** Sends an event to whoever serves its intent, whatever its type. @throws Refusal, kept as {@link handle} does */
  async route(sent: CloudEvent, sender: Sender): Promise<Handled> {
    return this.#observed(sent, sender, (event) => this.#props.router.route(event, sender));
  }

  async #observed(sent: CloudEvent, sender: Sender, effect: (event: CloudEvent) => Promise<Handled>): Promise<Handled> {
    const event = { ...sent, type: currentType(sent.type) };
    const { clock, telemetry } = this.#props;
    const startedAt = clock.now();
    let result: EventResult = 'failed';
    telemetry.received(event.type);
    try {
      const handled = await effect(event);
      result = 'success';
      if (handled === 'duplicate') telemetry.duplicate(event.type);
      return handled;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      result = refusalReasons[error.reason].isPermanent ? 'refused' : 'failed';
      if (error.reason === 'schema_validation_failed') telemetry.invalid(event.type);
      await this.#props.keepRefused({ kind: 'event', event: sent }, sender, error);
      throw error;
    } finally {
      telemetry.handled(event.type, result, startedAt);
    }
  }

  async #effect(event: CloudEvent, sender: Sender): Promise<Handled> {
    const meaning = meaningOf(event.type);
    switch (meaning.kind) {
      case 'command':
        return this.#command(meaning.command, event, sender);
      case 'letters':
        return this.#order(meaning.order, event, sender);
      case 'invoke':
        return this.#invoke(meaning.wait, event, sender);
      case 'codeChange':
        return this.#codeChange(event, sender);
      case 'response':
        return 'counted';
      case 'notice':
        return this.#notice(event, sender);
    }
  }

  async #notice(event: CloudEvent, sender: Sender): Promise<Handled> {
    const wanted = parseSwitch(event, this.#namespaceOf(sender));
    if (wanted !== undefined) return this.#switch(wanted, event, sender);
    return sender.kind === 'broker' ? this.#props.router.routeDelivered(event, sender) : 'ignored';
  }

  async #switch(wanted: AgentSwitch, event: CloudEvent, sender: Sender): Promise<Handled> {
    const { admit, switchAgent } = this.#props;
    const { reason, target } = wanted;
    const record = { sender, event, object: `agent ${target.namespace}/${target.name}`, reason };
    const work = async () => {
      admit(sender, target);
      return switchAgent(wanted, event, sender);
    };
    return this.#audited(() => record, work, `${wanted.kind} `);
  }

  async #command(kind: CommandKind, event: CloudEvent, sender: Sender): Promise<Effect> {
    const { admit, authorizeFor, commands } = this.#props;
    let [object, reason] = ['', ''];
    const work = async (): Promise<Effect> => {
      this.#check(event);
      const command = parseCommand(kind, event, this.#namespaceOf(sender));
      object = `${command.target.namespace}/${command.target.name}`;
      reason = command.kind === 'deploy' ? '' : command.reason;
      admit(sender, command.target);
      return commands.carryOut(command, event, authorizeFor(sender));
    };
    return this.#audited(() => ({ sender, event, object, reason }), work);
  }

  async #order(kind: LetterOrderKind, event: CloudEvent, sender: Sender): Promise<OrderEffect> {
    const { orders } = this.#props;
    let object = '';
    const work = async (): Promise<OrderEffect> => {
      if (orders === undefined) throw unavailable('no store of dead letters is set', undefined);
      this.#check(event);
      const order = parseOrder(kind, event, this.#namespaceOf(sender));
      object = `deadletters ${order.namespace}`;
      return orders.carryOut(order, event, sender);
    };
    return this.#audited(() => ({ sender, event, object, reason: '' }), work);
  }

  /** Answers once what became of the work is on record: who must not know so yet asks again, and has a duplicate then. */
  async #audited<Outcome extends string>(
    record: () => Omit<AuditRecord, 'decision'>,
    work: () => Promise<Outcome>,
    prefix = '',
  ): Promise<Outcome> {
    const { audit } = this.#props;
    let outcome: Outcome;
    try {
      outcome = await work();
    } catch (error) {
      await audit({ ...record(), decision: error instanceof Refusal ? error.reason : 'failed' });
      throw error;
    }
    await audit({ ...record(), decision: `${prefix}${outcome}` });
    return outcome;
  }

  /** What a Broker brings has gone to the function's own Trigger too: to send it on would run the function twice. */
  async #invoke(wait: 'sync' | 'async', event: CloudEvent, sender: Sender): Promise<Handled> {
    if (sender.kind === 'broker') return 'delivered';
    this.#check(event);
    const target = this.#subjectOf(event, sender);
    await this.#props.authorizeFor(sender)('get', target);
    await this.#props.invoke(wait, event, target);
    return 'invoked';
  }

  /** Each function whose code it is gets its own audit record. What one sender may not tell of is not held against the others. */
  async #codeChange(event: CloudEvent, sender: Sender): Promise<Handled> {
    const changes = readCodeChanges(looselyJson(event.data));
    if (changes === undefined)
      throw new Refusal('schema_validation_failed', 'the data are no notification of a change');
    const targets = await this.#props.findChanged(changes).catch((error: unknown) => {
      throw toRefusal(error, { namespace: '', name: '' });
    });
    const outcomes = await Promise.all(targets.map((target) => this.#refresh(target, event, sender)));
    const refusals = outcomes.filter((outcome) => outcome instanceof Refusal);
    const [transient] = refusals.filter(({ reason }) => !refusalReasons[reason].isPermanent);
    const worst = transient ?? (refusals.length === outcomes.length ? refusals[0] : undefined);
    if (worst !== undefined) throw worst;
    return outcomes.includes('changed') ? 'changed' : 'ignored';
  }

  async #refresh(target: FunctionReference, event: CloudEvent, sender: Sender): Promise<Effect | Refusal> {
    const { authorizeFor, commands } = this.#props;
    const record = { sender, event, object: `${target.namespace}/${target.name}`, reason: '' };
    try {
      return await this.#audited(
        () => record,
        () => commands.carryOut({ kind: 'refresh', target }, event, authorizeFor(sender)),
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error;
    }
  }

  #subjectOf(event: CloudEvent, sender: Sender): FunctionReference {
    const subject = parseSubject(event.subject ?? '');
    if (subject !== undefined) return { namespace: subject.namespace ?? this.#namespaceOf(sender), name: subject.name };
    throw new Refusal('schema_validation_failed', 'no function is named', {
      faults: [{ pointer: '/subject', message: 'needed <namespace>/<name> of a function' }],
    });
  }

  #check(event: CloudEvent): void {
    const faults = this.#props.schemas.faultsOf(event.type, jsonOf(event.data));
    if (faults.length === 0) return;
    throw new Refusal('schema_validation_failed', `the data break the schema of ${event.type}`, { faults });
  }

  #namespaceOf(sender: Sender): string {
    return sender.kind === 'broker' ? sender.namespace : this.#props.defaultNamespace;
  }
}

/** A queue hands on the JSON of others as text. */
function looselyJson(data: CloudEvent['data']): unknown {
  return data.kind === 'bytes' ? parseJson(data.bytes, '/data') : jsonOf(data);
}
