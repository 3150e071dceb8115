import { z } from 'zod';

/** RFC 1123 label, as namespaces and ports are named. */
export const dnsLabel = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

const subdomain = String.raw`[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`;

export const dnsSubdomainPattern = new RegExp(`^${subdomain}$`);

/** RFC 1123 subdomain, as most objects are named. */
export const dnsSubdomain = z.string().min(1).max(253).regex(dnsSubdomainPattern);

/** The same, or nothing: old manifests write `name: ""` for "no Secret". */
export const dnsSubdomainOrEmpty = z
  .string()
  .max(253)
  .regex(new RegExp(`^(${subdomain})?$`));
