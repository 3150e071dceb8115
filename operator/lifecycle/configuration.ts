import { z } from 'zod';
import type { FunctionSettings } from '../function/settings.ts';
import type { LifecycleReceiver } from './receiver.ts';

const address = z.url({ protocol: /^https?$/, error: 'broker, off, or an http or https address' });

/** Variables that say who hears of what happens to functions and agents. */
export const lifecycleVariables = {
  LIFECYCLE_EVENTS: z.union([z.enum(['broker', 'off']), address]).default('broker'),
} as const;

/** Who hears of what happens to functions and agents. */
export function lifecycleReceiver(to: string, { eventing, namespaces }: FunctionSettings): LifecycleReceiver {
  switch (to) {
    case 'off':
      return { kind: 'nobody' };
    case 'broker': {
      const isMade = namespaces.kind === 'operator' && namespaces.rabbitmq !== undefined;
      return { kind: 'broker', made: isMade ? eventing.broker : undefined };
    }
    default:
      return { kind: 'address', address: to };
  }
}
