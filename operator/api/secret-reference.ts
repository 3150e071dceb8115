import { z } from 'zod';
import { dnsSubdomain, dnsSubdomainOrEmpty } from './kubernetes-name.ts';

const key = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[-._a-zA-Z0-9]+$/);

const name = dnsSubdomain.describe('Name of the object, in the same namespace');

/** A whole Secret that a source is read with. */
export const sourceSecret = z.strictObject({
  name: dnsSubdomainOrEmpty.default('').describe('Name of the Secret, in the same namespace; empty means none'),
});

/** One key of a Secret or ConfigMap. */
export const keyReference = z.strictObject({
  name,
  key: key.describe('Key in the object'),
  optional: z.boolean().optional().describe('Whether the object or the key may be absent'),
});

/** One key of a ConfigMap that holds a text. */
export const textConfigMap = z.strictObject({ name, key: key.describe('Key in the ConfigMap') });

/** One key of a Secret that holds a connection URL. */
export const urlSecret = z.strictObject({
  name,
  key: key.default('url').describe('Key in the Secret'),
});
