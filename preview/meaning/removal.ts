import type { Code } from '../codes.ts';
import { type Finding, finding, type Lens, say } from '../finding.ts';
import { type ObjectId, showObject } from '../object.ts';

/** Kinds whose objects hold something, by apiGroup/kind or type of AWS. */
const holders: Readonly<Record<string, Code>> = {
  '/Namespace': 'namespace-removed',
  'apiextensions.k8s.io/CustomResourceDefinition': 'definition-removed',
  '/PersistentVolumeClaim': 'claim-removed',
  'rabbitmq.com/Queue': 'queue-removed',
  'rabbitmq.com/Vhost': 'queue-removed',
  'rabbitmq.com/RabbitmqCluster': 'queue-removed',
  'aws/aws:s3/bucket:Bucket': 'bucket-removed',
  'aws/aws:ecr/repository:Repository': 'repository-removed',
  'aws/aws:secretsmanager/secret:Secret': 'cloud-secret-removed',
  'aws/aws:sqs/queue:Queue': 'queue-removed',
};

/** The code of an object that goes; undefined for what holds nothing. */
export function codeOfRemoval({ apiGroup, kind }: ObjectId): Code | undefined {
  const key = `${apiGroup}/${kind}`;
  return Object.hasOwn(holders, key) ? holders[key] : undefined;
}

/** Objects that go, alone or by being renamed, with what they hold. */
export const findRemovals: Lens = ({ changes }) =>
  changes.flatMap((change): readonly Finding[] => {
    switch (change.kind) {
      case 'removed':
        return [finding('objects', change.id, 'is removed', codeOfRemoval(change.id))];
      case 'renamed':
        return [
          finding('objects', change.from, say`is replaced by ${showObject(change.id)}`, codeOfRemoval(change.from)),
        ];
      case 'added':
        return [finding('objects', change.id, 'is added')];
      case 'changed':
        return [];
    }
  });
