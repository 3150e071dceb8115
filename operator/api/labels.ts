import { group } from './group.ts';

/** Every label key that the product writes or selects by. */
export const labels = {
  /** Function that owns the object, or `shared`. */
  owner: `${group}/name`,
  /** Agent that owns the object. */
  agent: `${group}/agent`,
  /** `true` on a build Job and its pods. */
  build: `${group}/build`,
  /** Key of the content that a Job builds. */
  contentKey: `${group}/content-key`,
  /** `build` on the ServiceAccount, Role and RoleBinding of builds. */
  component: `${group}/component`,
  /** Event type of an agent's Trigger. */
  eventType: `${group}/event-type`,
  /** Agent that a forwarding Trigger sends to. */
  targetAgent: `${group}/target-agent`,
  /** Namespace that a forwarding Trigger sends to. */
  targetNamespace: `${group}/target-ns`,
  /** `functions` on a Secret or ServiceAccount that a function may name. */
  usableBy: `${group}/usable-by`,
  /** `canary` on a namespace that the second controller serves instead of the main one. */
  controller: `${group}/controller`,
  appName: 'app.kubernetes.io/name',
  appComponent: 'app.kubernetes.io/component',
  appPartOf: 'app.kubernetes.io/part-of',
  appManagedBy: 'app.kubernetes.io/managed-by',
} as const;
