/**
 * Resources of the pods that the RabbitMQ broker makes for us, set by annotations on Broker and Trigger.
 * Its own defaults let one dispatcher take 4 CPUs, which no quota could hold.
 */
export const brokerResources = {
  ingress: { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '200m', memory: '256Mi' } },
  dispatcher: { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '250m', memory: '256Mi' } },
} as const;
