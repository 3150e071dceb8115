import { z } from 'zod';
import { build } from './build.ts';
import { pullPolicy } from './container-image.ts';
import { environmentVariables } from './environment-variable.ts';
import { functionEventing, legacyTriggers } from './function-eventing.ts';
import { functionObservability } from './observability.ts';
import { functionResources } from './resource-requirements.ts';
import { runtime } from './runtime.ts';
import { functionScaling } from './scaling.ts';
import { source } from './source.ts';
import { upgrade } from './upgrade.ts';
import { validatedBy } from './validation-rule.ts';

export const functionSpec = z
  .strictObject({
    source: source.describe('Where the code comes from'),
    runtime: runtime.optional().describe('What the code runs on; not needed for `source.type: image`'),
    scaling: functionScaling.optional().describe('How many pods run; 0 to 50, 10 requests each, when absent'),
    resources: functionResources
      .optional()
      .describe('What a pod gets; when absent requests 50m and 64Mi, limits 100m and 128Mi'),
    env: environmentVariables.optional().describe('Environment variables of the function; they win over injected ones'),
    imagePullPolicy: pullPolicy
      .optional()
      .describe(
        'When the image is pulled; IfNotPresent for built images, which have a digest, else that of the source, when absent',
      ),
    triggers: legacyTriggers.optional().describe('Legacy: stored and not read, use `eventing`'),
    build: build.optional().describe('How the image is built'),
    eventing: functionEventing.optional().describe('Events that wake the function; on when absent'),
    observability: functionObservability.optional().describe('Spans, metrics and log lines'),
    upgrade: upgrade.optional().describe('What a new version of the operator does to the function'),
  })
  .meta(
    validatedBy({
      rule: "has(self.runtime) || self.source.type == 'image'",
      message: 'runtime is missing: add runtime.language and runtime.version, or use source.type image',
      reason: 'FieldValueRequired',
      fieldPath: '.runtime',
    }),
  );
