/** Resources of the proxy that Knative puts beside each function; its own default sets a CPU request only. */
export const queueProxyResources = {
  requests: { cpu: '25m', memory: '32Mi' },
  limits: { cpu: '200m', memory: '128Mi' },
} as const;
