import { z } from 'zod';
import { textTable } from './text-table.ts';

const answer = z.looseObject({
  data: z.looseObject({
    alerts: z.array(
      z.looseObject({
        state: z.string(),
        activeAt: z.string().default(''),
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
    ),
  }),
});

const severities = ['critical', 'warning', 'info'];
const rank = (severity = ''): number =>
  severities.includes(severity) ? severities.indexOf(severity) : severities.length;

/** Alerts of an environment, worst first, from the answer of Prometheus to /api/v1/alerts. */
export const renderAlerts =
  (environment: string) =>
  (text: string): string => {
    const rows = answer
      .parse(JSON.parse(text))
      .data.alerts.filter(({ labels }) => (labels['environment'] ?? environment) === environment)
      .toSorted((one, other) => rank(one.labels['severity']) - rank(other.labels['severity']))
      .map(({ state, activeAt, labels, annotations }) => [
        labels['severity'] ?? '',
        state,
        labels['alertname'] ?? '',
        activeAt.slice(0, 19),
        annotations['summary'] ?? '',
      ]);
    return textTable(['SEVERITY', 'STATE', 'ALERT', 'SINCE', 'SUMMARY'], rows);
  };
