import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/clock.ts';
import type { CallTarget } from '../../interfaces/index.ts';
import type { Audit } from '../audit.ts';
import type { Authenticate } from '../authenticate.ts';
import type { RateLimiter } from '../rate-limiter.ts';
import type { ReceiverTelemetry } from '../receiver-telemetry.ts';
import { CallSlots } from './call-slots.ts';
import { type CallerRightsProps, callerRights } from './caller-rights.ts';
import { callsBy } from './calls.ts';
import { exposedObjects } from './exposed-objects.ts';
import { gateBy } from './gate.ts';
import { interfaceRoutes, type InterfaceRoutes, type InterfaceRoutesProps } from './routes.ts';
import { callTargets } from './target-call.ts';

export interface InterfacesProps extends Pick<
  InterfaceRoutesProps,
  'served' | 'url' | 'audience' | 'version' | 'namespaces' | 'newId'
> {
  readonly client: Pick<KubeClient, 'get' | 'list'>;
  readonly authenticate: Authenticate;
  readonly limiter: Pick<RateLimiter, 'take'>;
  readonly access: CallerRightsProps;
  /** Calls that wait for their answers at a time. */
  readonly calls: number;
  /** Until an answer is there. */
  readonly callMs: number;
  /** Default the address that Knative gives a service. */
  readonly addressOf?: (target: CallTarget) => string;
  readonly audit: Audit;
  readonly telemetry: Pick<ReceiverTelemetry, 'call'>;
  readonly clock: Clock;
  /** Told of what its author calls a tool and what cannot be one. */
  readonly onWrong: (target: CallTarget, fault: string) => void;
}

/** What the receiver serves to those who call agents and functions. */
export function interfacesOf(props: InterfacesProps): InterfaceRoutes {
  const { access, addressOf, audit, authenticate, callMs, client, clock, limiter, onWrong, telemetry, url } = props;
  const callTarget = callTargets({ timeoutMs: callMs, ...(addressOf === undefined ? {} : { addressOf }) });
  return interfaceRoutes({
    ...props,
    enter: gateBy({ authenticate, limiter, origin: new URL(url).origin }),
    rights: callerRights(access),
    objects: exposedObjects({ client, clock, onWrong }),
    call: callsBy({ callTarget, slots: new CallSlots(props.calls), audit, telemetry, clock }),
  });
}
