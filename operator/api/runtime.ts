import { z } from 'zod';

export const languages = ['nodejs', 'python', 'go'] as const;
export type Language = (typeof languages)[number];

const languageVersion = z
  .string()
  .max(20)
  .regex(/^[0-9]+(\.[0-9]+)*(-[a-zA-Z0-9]+)?$/);

/** No default: `main.handler`, `index.handler` or `main.Handler` follows from the language. */
const handler = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/);

export const runtime = z.strictObject({
  language: z.enum(languages).describe('Language of the code'),
  version: languageVersion.describe('Version of the language, as in the tag of its base image'),
  handler: handler
    .optional()
    .describe(
      '`module.function` or `function`; when absent main.handler (python), index.handler (nodejs), main.Handler (go)',
    ),
});
