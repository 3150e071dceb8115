import { z } from 'zod';
import {
  containerArguments,
  containerCommand,
  imageDigest,
  imageRepository,
  imageTag,
  pullPolicy,
} from './container-image.ts';
import { port } from './integer.ts';
import { dnsSubdomain, dnsSubdomainPattern } from './kubernetes-name.ts';
import { toStructuralSchema } from './structural-schema.ts';

const pullSecretName = dnsSubdomain.describe('Name of the Secret');

/**
 * Published types say `{name}` and the published CRD says string, so both are in use. A choice of types is structural
 * only without a type, and bounds that exclude each other refuse what is neither.
 */
const pullSecret = z.union([pullSecretName, z.strictObject({ name: pullSecretName })]).meta({
  'x-kubernetes-preserve-unknown-fields': true,
  minLength: 1,
  maxLength: 253,
  pattern: dnsSubdomainPattern.source,
  required: ['name'],
  maxProperties: 1,
  properties: { name: toStructuralSchema(pullSecretName) },
  minItems: 1,
  maxItems: 0,
  minimum: 1,
  maximum: 0,
  not: { enum: [true, false] },
});

export const imageSource = z.strictObject({
  repository: imageRepository.describe('Image without tag or digest'),
  tag: imageTag.default('latest').describe('Tag, read when there is no digest'),
  digest: imageDigest.optional().describe('`sha256:` and 64 hexadecimal digits; wins over the tag'),
  pullPolicy: pullPolicy.default('IfNotPresent').describe('When the image is pulled; `spec.imagePullPolicy` wins'),
  imagePullSecrets: z.array(pullSecret).max(32).optional().describe('Secrets to pull with, as names or as `{name}`'),
  port: port.default(8080).describe('Port the container listens on, also probed'),
  command: containerCommand.optional().describe('Replaces the entrypoint of the image'),
  args: containerArguments.optional().describe('Replaces the arguments of the image'),
});
