import { z } from 'zod';
import { dnsSubdomain } from './kubernetes-name.ts';

export const pullPolicy = z.enum(['Always', 'Never', 'IfNotPresent']);

export const imageRepository = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[!-~]+$/);

/** Empty counts as absent: templated manifests write `tag: ""`. */
export const imageTag = z
  .string()
  .max(128)
  .regex(/^([A-Za-z0-9_][A-Za-z0-9_.-]*)?$/);

export const imageDigest = z
  .string()
  .max(71)
  .regex(/^(sha256:[a-f0-9]{64})?$/);

const argument = z.string().max(4096);
export const containerCommand = z.array(argument).max(64);
export const containerArguments = z.array(argument).max(256);

export const pullSecretNames = z.array(dnsSubdomain).max(32);
