import { z } from 'zod';

export const quantityPattern = /^([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]+)?$/;

/** Kubernetes quantity without a sign: `64Mi`, `50m`, `0.5`. */
export const quantity = z.string().max(32).regex(quantityPattern);

const factors: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Value of a quantity in its unit, to compare it by: cores, or bytes. NaN for what is none. */
export function quantityValue(text: string): number {
  const [, amount = '', suffix = ''] = /^([0-9.]+)(.*)$/.exec(text) ?? [];
  const exponent = /^[eE]([-+]?[0-9]+)$/.exec(suffix)?.[1];
  return exponent === undefined ? Number(amount || 'NaN') * (factors[suffix] ?? NaN) : Number(`${amount}e${exponent}`);
}
