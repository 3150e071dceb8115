import type { Lens } from '../finding.ts';
import { findAccess } from './access.ts';
import { findAlerts } from './alerts.ts';
import { findCapacity } from './capacity.ts';
import { findCloud } from './cloud.ts';
import { findCloudCost } from './cloud-cost.ts';
import { findCloudPolicies } from './cloud-policy.ts';
import { findDefinitions } from './definitions.ts';
import { findImages } from './images.ts';
import { findImmutable } from './immutable.ts';
import { findNetwork } from './network.ts';
import { findRemovals } from './removal.ts';
import { findRestarts } from './restarts.ts';
import { findRetention } from './retention.ts';
import { findScale } from './scale.ts';
import { findSecurity } from './security.ts';

/** Every way to look at a change of one scope. */
export const lenses: readonly Lens[] = [
  findRemovals,
  findImmutable,
  findRetention,
  findImages,
  findRestarts,
  findScale,
  findCapacity,
  findAccess,
  findSecurity,
  findNetwork,
  findDefinitions,
  findAlerts,
  findCloud,
  findCloudPolicies,
  findCloudCost,
];
