import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Environment, projectRoot, readEnvironments } from '../../stacks/index.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';

const auditEvent = z.looseObject({
  level: z.string(),
  verb: z.string(),
  objectRef: z
    .looseObject({ resource: z.string().optional(), namespace: z.string().optional(), name: z.string().optional() })
    .default({}),
});

const policyOf = ({ name }: Environment): string => join(projectRoot, 'docs', 'operations', 'audit', `${name}.yaml`);

describe.each(readEnvironments().map((environment) => ({ name: environment.name, environment })))(
  'audit policy of $name',
  ({ environment }) => {
    let controlPlane: ControlPlane;
    const namespace = environment.namespaces.functions[0] ?? '';
    const apply = (object: object) => controlPlane.admin.apply(object, { fieldManager: 'test' });

    const recorded = (resource: string) => {
      const lines = readFileSync(controlPlane.auditLog, 'utf8').split('\n');
      return lines
        .filter((line) => line !== '')
        .map((line) => auditEvent.parse(JSON.parse(line)))
        .filter(({ objectRef }) => objectRef.resource === resource);
    };

    beforeAll(async () => {
      controlPlane = await startControlPlane({ controllerManager: false, auditPolicy: policyOf(environment) });
      for (const name of new Set([namespace, environment.namespaces.control, 'elsewhere'])) {
        await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      }
      const metadata = { name: 'probe', namespace };
      await apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { key: 'a-secret-value' } });
      await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { key: 'value' } });
      await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'probe', namespace: 'elsewhere' } });
      const apiVersion = 'rbac.authorization.k8s.io/v1';
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
      await apply({ apiVersion, kind: 'RoleBinding', metadata, roleRef });
      await eventually(() => recorded('rolebindings').length > 0);
    });

    afterAll(async () => controlPlane.stop());

    test('records who wrote a Secret, without its content', () => {
      expect(recorded('secrets')).toEqual(
        expect.arrayContaining([expect.objectContaining({ level: 'Metadata', verb: 'patch' })]),
      );
      expect(readFileSync(controlPlane.auditLog, 'utf8')).not.toContain('a-secret-value');
    });

    test('records what right was given', () => {
      expect(recorded('rolebindings')).toEqual([
        expect.objectContaining({ level: 'Request', requestObject: expect.objectContaining({ kind: 'RoleBinding' }) }),
      ]);
    });

    test('records writes in its own namespaces only', () => {
      expect(recorded('configmaps').map(({ objectRef }) => objectRef.namespace)).toEqual([namespace]);
    });
  },
);
