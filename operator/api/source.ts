import { z } from 'zod';
import { duration } from './duration.ts';
import { gitSource } from './git-source.ts';
import { imageSource } from './image-source.ts';
import { gcsSource, minioSource, s3Source } from './object-store-source.ts';
import { validatedBy } from './validation-rule.ts';

const inlineSource = z.strictObject({
  code: z.string().min(1).max(524_288).describe('The single source file, at most 512 Ki characters'),
  dependencies: z
    .string()
    .max(65_536)
    .optional()
    .describe('Package manifest beside it: requirements.txt, package.json or go.mod'),
});

/** What each source type needs besides its block; the keys are the allowed types. */
const neededFields = {
  minio: 'bucket and key',
  s3: 'bucket and key',
  gcs: 'bucket and key',
  git: 'url',
  inline: 'code',
  image: 'repository',
} as const;

export const sourceTypes = [
  'minio',
  's3',
  'gcs',
  'git',
  'inline',
  'image',
] as const satisfies readonly (keyof typeof neededFields)[];
export type SourceType = (typeof sourceTypes)[number];

const blockOfType = sourceTypes.map((type) => ({
  rule: `self.type != '${type}' || has(self.${type})`,
  message: `source.type is ${type}: add source.${type} with ${neededFields[type]}, or change source.type`,
  reason: 'FieldValueRequired' as const,
  fieldPath: `.${type}`,
}));

/** Blocks other than the one `type` names are allowed and ignored, as they always were. */
export const source = z
  .strictObject({
    type: z.enum(sourceTypes).describe('Which of the blocks below is read'),
    minio: minioSource.optional().describe('Object store that speaks the S3 protocol'),
    s3: s3Source.optional().describe('AWS S3 over TLS'),
    gcs: gcsSource.optional().describe('Google Cloud Storage'),
    git: gitSource.optional().describe('Git repository'),
    inline: inlineSource.optional().describe('Code in the object itself'),
    image: imageSource.optional().describe('Ready-made image; nothing is built'),
    pollInterval: duration
      .optional()
      .describe(
        'How often a branch or an unversioned object is resolved again, such as `5m`; never when absent or `0s`',
      ),
  })
  .meta(validatedBy(...blockOfType));
