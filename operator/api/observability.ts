import { z } from 'zod';
import { duration } from './duration.ts';
import { port } from './integer.ts';
import { keyReference } from './secret-reference.ts';
import { url } from './url.ts';

const tracing = {
  enabled: z.boolean().default(true).describe('Whether spans are sent'),
  endpoint: url.default('alloy.observability.svc:4317').describe('OTLP receiver, host:port or URL'),
};

const metrics = {
  enabled: z.boolean().default(true).describe('Whether metrics are collected'),
  exemplars: z.boolean().default(true).describe('Whether histograms carry trace identifiers'),
  path: z
    .string()
    .max(1024)
    .regex(/^[/][!-~]*$/)
    .default('/metrics')
    .describe('HTTP path of the metrics'),
};

const logging = {
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Lowest level that is written'),
  format: z.enum(['json', 'text']).default('json').describe('Format of a line'),
  traceContext: z.boolean().default(true).describe('Whether lines carry trace and span identifiers'),
};

const labelMap = z.record(z.string(), z.string().max(1024)).meta({ maxProperties: 64 });

const functionTracing = z.strictObject({
  ...tracing,
  samplingRate: z
    .string()
    .max(32)
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/)
    .default('1.0')
    .describe('Share of traces that are kept, 0 to 1, as a string'),
  propagation: z.enum(['w3c', 'b3', 'jaeger']).default('w3c').describe('Header format of the trace context'),
  resourceAttributes: labelMap.optional().describe('Attributes put on every span'),
});

const functionMetrics = z.strictObject({
  ...metrics,
  labels: labelMap.optional().describe('Labels put on every metric'),
  port: port.default(9090).describe('Port of the metrics'),
});

const logfire = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether telemetry goes to Logfire'),
  directExport: z.boolean().default(false).describe('Whether it goes there without the collector'),
  tokenSecretRef: keyReference.optional().describe('Write token'),
});

export const functionObservability = z.strictObject({
  tracing: functionTracing.optional().describe('Spans'),
  metrics: functionMetrics.optional().describe('Metrics'),
  logging: z
    .strictObject({
      ...logging,
      cloudEventMetadata: z.boolean().default(true).describe('Whether lines carry the attributes of the event'),
    })
    .optional()
    .describe('Log lines'),
  logfire: logfire.optional().describe('Export to Logfire'),
});

const agentMetrics = z.strictObject({
  ...metrics,
  serviceMonitor: z.boolean().default(true).describe('Whether a ServiceMonitor is made'),
  interval: duration.default('30s').describe('Time between two scrapes'),
  timeout: duration.default('10s').describe('Longest scrape'),
});

export const agentObservability = z.strictObject({
  tracing: z.strictObject(tracing).optional().describe('Spans'),
  metrics: agentMetrics.optional().describe('Metrics'),
  logging: z.strictObject(logging).optional().describe('Log lines'),
});
