import { z } from 'zod';

export const quantityPattern = /^([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]+)?$/;

/** Kubernetes quantity without a sign: `64Mi`, `50m`, `0.5`. */
export const quantity = z.string().max(32).regex(quantityPattern);
