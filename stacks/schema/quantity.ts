import { z } from 'zod';

/** The subset of Kubernetes quantities that settings use: millicores or cores. */
export const cpuQuantity = z
  .string()
  .regex(/^([1-9][0-9]*m|[1-9][0-9]*)$/, 'a CPU quantity in millicores or whole cores, for example 250m or 2');

/** Binary suffixes only: decimal ones (M, G) are read wrongly by people more often than meant. */
export const memoryQuantity = z
  .string()
  .regex(/^[1-9][0-9]*(Mi|Gi)$/, 'a memory quantity in Mi or Gi, for example 512Mi or 2Gi');

const amounts = z.strictObject({
  cpu: cpuQuantity.describe('CPU, in millicores (250m) or cores (2)'),
  memory: memoryQuantity.describe('memory, in Mi or Gi'),
});

export const resourcesSchema = z.strictObject({
  requests: amounts.describe('what the scheduler reserves for one pod'),
  limits: amounts.describe('what one pod may use at most'),
});

export type Resources = z.output<typeof resourcesSchema>;

const unitBytes = { Mi: 1024 ** 2, Gi: 1024 ** 3 } as const;

/** Millicores of a CPU quantity. */
export function toMillicores(quantity: string): number {
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000;
}

/** Bytes of a memory quantity. */
export function toBytes(quantity: string): number {
  const unit = quantity.endsWith('Gi') ? 'Gi' : 'Mi';
  return Number(quantity.slice(0, -2)) * unitBytes[unit];
}
