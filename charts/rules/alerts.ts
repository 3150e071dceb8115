import { buildAlerts } from './build-alerts.ts';
import { eventingAlerts } from './eventing-alerts.ts';
import { functionAlerts } from './function-alerts.ts';
import { objectiveAlerts } from './objective-alerts.ts';
import { operatorAlerts } from './operator-alerts.ts';
import { platformAlerts } from './platform-alerts.ts';
import { receiverAlerts } from './receiver-alerts.ts';
import type { Alert } from './rule.ts';

/** Alerts by the name of their group, each by its published name. */
export const alertGroups = {
  operator: operatorAlerts,
  builds: buildAlerts,
  functions: functionAlerts,
  receiver: receiverAlerts,
  eventing: eventingAlerts,
  objectives: objectiveAlerts,
  platform: platformAlerts,
} as const satisfies Readonly<Record<string, Readonly<Record<string, Alert>>>>;

type GroupName = keyof typeof alertGroups;

export type AlertName = { [Name in GroupName]: keyof (typeof alertGroups)[Name] }[GroupName];

/** Every alert by name; docs/runbooks/ has a page for each. */
export const alerts: ReadonlyMap<string, Alert> = new Map(
  Object.values(alertGroups).flatMap((group): [string, Alert][] => Object.entries<Alert>(group)),
);
