/** What a change means, in the order in which a report tells it. */
export const topicNames = [
  'objects',
  'images',
  'restarts',
  'scale',
  'access',
  'security',
  'network',
  'definitions',
  'alerts',
  'cloud',
  'engine',
  'cost',
  'order',
] as const;

export type Topic = (typeof topicNames)[number];

/** What a reader sees for each. */
export const topics = {
  objects: 'Objects',
  images: 'Images',
  restarts: 'Restarts',
  scale: 'Scale and quota',
  access: 'Access',
  security: 'Security of pods',
  network: 'Network',
  definitions: 'Custom resources',
  alerts: 'Alerts and canaries',
  cloud: 'AWS',
  engine: 'Pulumi',
  cost: 'Cost',
  order: 'Order of environments',
} as const satisfies Record<Topic, string>;
