import { type Action, actionId, newAction } from './action.ts';

/** For tests. */
export const heldAt = new Date('2026-01-01T12:00:00Z');

/** For tests: an action of agent `agents/bruno` that nobody has looked at. */
export function sampleAction(event: object = {}): Action {
  const whole = {
    specversion: '1.0',
    id: 'e-1',
    source: '/agents/agents/bruno',
    type: 'io.homelab.shop.order',
    subject: 'cart/7',
    data: { item: 'tea' },
    ...event,
  };
  return newAction({ agent: { namespace: 'agents', name: 'bruno' }, id: actionId('e-1') }, whole, heldAt);
}
