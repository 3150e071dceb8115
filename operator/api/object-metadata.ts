import { z } from 'zod';

const text = z.record(z.string(), z.string());

/** What a person writes. Names are checked by a rule at the root of the CRD. */
export const manifestMetadata = z.looseObject({ name: z.string(), namespace: z.string().optional() });

/** What the API server adds; the rest of the metadata is left out. */
export const objectMetadata = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.int(),
  creationTimestamp: z.string(),
  deletionTimestamp: z.string().optional(),
  finalizers: z.array(z.string()).default([]),
  labels: text.default({}),
  annotations: text.default({}),
});
