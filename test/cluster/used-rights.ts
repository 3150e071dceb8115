import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Audit policy: who asked for what, without the objects. */
export const everyRequest = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata' }],
};

const request = z.looseObject({
  verb: z.string(),
  user: z.looseObject({ username: z.string() }),
  objectRef: z
    .looseObject({
      resource: z.string().default(''),
      subresource: z.string().optional(),
      apiGroup: z.string().default(''),
    })
    .optional(),
  responseStatus: z.looseObject({ code: z.int().default(0) }).prefault({}),
});

/** What an account has been allowed so far, as `verb resource.group`, by an audit log. */
export function readUsedRights(auditLog: string, account: string): readonly string[] {
  return readFileSync(auditLog, 'utf8')
    .split('\n')
    .filter((line) => line.includes(account))
    .flatMap((line) => rightsOf(request.parse(JSON.parse(line))));
}

/** An apply that makes an object needs the right to create it too. */
function rightsOf({ objectRef, responseStatus, verb }: z.output<typeof request>): readonly string[] {
  if (objectRef === undefined) return [];
  const { apiGroup, resource, subresource } = objectRef;
  const whole = `${subresource === undefined ? resource : `${resource}/${subresource}`}.${apiGroup}`;
  const verbs = verb === 'patch' && responseStatus.code === 201 ? ['patch', 'create'] : [verb];
  return verbs.map((one) => `${one} ${whole}`);
}

/** Requests of an account that were answered with 403 so far. */
export function readForbidden(auditLog: string, account: string): readonly string[] {
  return readFileSync(auditLog, 'utf8')
    .split('\n')
    .filter((line) => line.includes(account))
    .map((line) => request.parse(JSON.parse(line)))
    .filter(({ responseStatus, user }) => responseStatus.code === 403 && user.username.endsWith(account))
    .flatMap(rightsOf);
}
