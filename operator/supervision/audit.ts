import type { Log } from '../telemetry/log.ts';
import type { Action } from './action.ts';

/** One line for each decision, with which agent, which action, who and when; never what the event says. */
export function auditActionsTo(log: Log, environment: string): (action: Action) => void {
  const audit = log.child({ audit: true, environment });
  return ({ agent, answers, decision, heldAt, id }) => {
    const object = `agent ${agent.namespace}/${agent.name}`;
    const fields = { object, action: id, heldAt, decision: decision?.verdict, by: decision?.by, answers };
    audit.info(fields, 'action of an agent');
  };
}
