import { z } from 'zod';
import { sourceSecret } from './secret-reference.ts';
import { validatedBy } from './validation-rule.ts';

/** `http` only inside the cluster; the scp form is `git@host:path`. Characters that a shell reads are left out. */
const gitUrl = z
  .string()
  .min(1)
  .max(2048)
  .regex(
    /^((https|git|ssh):[/]{2}|git@|http:[/]{2}[a-zA-Z0-9.-]+[.]svc([.]cluster[.]local)?(:[0-9]{1,5})?[/])[a-zA-Z0-9][-a-zA-Z0-9._~:/@%+,=]*$/,
  );

const gitRef = z
  .string()
  .max(256)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._/-]*$/);

const gitPath = z
  .string()
  .max(512)
  .regex(/^([a-zA-Z0-9][a-zA-Z0-9._/-]*)?$/);

export const gitSource = z
  .strictObject({
    url: gitUrl.describe(
      'Repository: `https://`, `ssh://`, `git://`, `git@host:path`, or `http://` to a Service of the cluster',
    ),
    ref: gitRef.default('main').describe('Branch, tag or commit'),
    path: gitPath.optional().describe('File or folder in the repository; its root when absent'),
    secretRef: sourceSecret
      .optional()
      .describe('Secret with `ssh-privatekey`, or `username` and `password`, or `token`'),
  })
  .meta(
    validatedBy(
      {
        rule: "!has(self.ref) || !self.ref.contains('..')",
        message: "git.ref contains '..': write the branch, tag or commit itself",
        fieldPath: '.ref',
      },
      {
        rule: "!has(self.path) || !self.path.contains('..')",
        message: "git.path contains '..': write the path from the root of the repository",
        fieldPath: '.path',
      },
    ),
  );
