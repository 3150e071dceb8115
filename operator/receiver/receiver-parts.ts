import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Audit } from './audit.ts';
import type { AuthorizationProps } from './authorize.ts';
import type { ReceiverConfig } from './configuration.ts';
import type { KeepDeadLetter } from './dead-letter.ts';
import type { Notify } from './notify.ts';
import type { ReceiverTelemetry } from './receiver-telemetry.ts';

/** What the parts of a receiver share. */
export interface ReceiverParts {
  readonly config: ReceiverConfig;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly today: () => Date;
  readonly log: Log;
  readonly telemetry: ReceiverTelemetry;
  readonly access: AuthorizationProps;
  readonly audit: Audit;
  readonly keepDeadLetter: KeepDeadLetter;
  readonly notify: Notify;
}
