import { z } from 'zod';
import { imageRepository, imageTag } from './container-image.ts';
import { duration } from './duration.ts';
import { dnsSubdomain } from './kubernetes-name.ts';
import { awsRegion } from './object-store-source.ts';
import { validatedBy } from './validation-rule.ts';

const registryTypes = ['local', 'ecr', 'gcr', 'ghcr', 'dockerhub', 'generic'] as const;

export const build = z
  .strictObject({
    timeout: duration.default('30m').describe('A build that runs longer is stopped'),
    registry: imageRepository.optional().describe('Registry to push to; that of the environment when absent'),
    registryType: z.enum(registryTypes).default('local').describe('How the builder signs in at the registry'),
    repository: imageRepository.optional().describe('Repository to push to, instead of the derived one'),
    tag: imageTag.optional().describe('Tag to push, instead of the content key'),
    imagePullSecret: dnsSubdomain.optional().describe('Secret with the credentials of the registry'),
    awsRegion: awsRegion.optional().describe('Region of the ECR registry'),
    insecure: z.boolean().default(false).describe('Whether the registry is spoken to without checking TLS'),
    forceRebuild: z.boolean().default(false).describe('Whether a build runs although the content is unchanged'),
  })
  .meta(
    validatedBy({
      rule: "!has(self.registryType) || self.registryType != 'ecr' || has(self.awsRegion)",
      message: 'build.registryType is ecr: add build.awsRegion, such as us-east-1',
      reason: 'FieldValueRequired',
      fieldPath: '.awsRegion',
    }),
  );
