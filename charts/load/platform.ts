import { check } from 'k6';
import http, { type RefinedResponse } from 'k6/http';
import { measured, operatorHealthUrl, operatorMetricsUrl, receiverUrl } from './run.ts';

/** A GET of the platform itself that must answer 200; `name` stands for the address in the metrics. */
function probe(name: string, url: string): RefinedResponse<'text'> {
  const response = http.get(url, {
    tags: { ...measured, name },
    responseCallback: http.expectedStatuses(200),
    responseType: 'text',
    timeout: '10s',
  });
  check(response, { [`${name} answers 200`]: ({ status }) => status === 200 });
  return response;
}

export const operatorHealth = () => probe('operator /healthz', `${operatorHealthUrl}/healthz`);
export const operatorReadiness = () => probe('operator /readyz', `${operatorHealthUrl}/readyz`);
export const operatorMetrics = () => probe('operator /metrics', `${operatorMetricsUrl}/metrics`);
export const receiverHealth = () => probe('receiver /health', `${receiverUrl}/health`);
export const receiverReadiness = () => probe('receiver /ready', `${receiverUrl}/ready`);
export const receiverMetrics = () => probe('receiver /metrics', `${receiverUrl}/metrics`);
