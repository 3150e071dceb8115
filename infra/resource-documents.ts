import { z } from 'zod';
import { bucketLifecycleFaults, bucketNameFaults, lengthFaults, repositoryLifecycleFaults } from './document-faults.ts';
import { parseJson, type PolicyKind, policyFaults } from './policy-faults.ts';

type Properties = Readonly<Record<string, unknown>>;

const text = z.string();

function policyOf(value: unknown, kind: PolicyKind, length: Parameters<typeof lengthFaults>[0]): readonly string[] {
  const document = text.parse(value);
  return [...policyFaults(kind, document), ...lengthFaults(length, document)];
}

/** Faults of the documents and names of a resource, by its type; types without any are not here. */
const checks: Readonly<Record<string, (properties: Properties) => readonly string[]>> = {
  'aws:iam/policy:Policy': ({ policy }) => policyOf(policy, 'identity', 'managed'),
  'aws:iam/rolePolicy:RolePolicy': ({ policy }) => policyOf(policy, 'identity', 'inline'),
  'aws:iam/role:Role': ({ assumeRolePolicy }) => policyOf(assumeRolePolicy, 'trust', 'trust'),
  'aws:s3/bucketPolicy:BucketPolicy': ({ policy }) => policyOf(policy, 'bucket', 'bucket'),
  'aws:sqs/queuePolicy:QueuePolicy': ({ policy }) => policyFaults('queue', text.parse(policy)),
  'aws:s3/bucket:Bucket': ({ bucket }) => bucketNameFaults(text.parse(bucket)),
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': ({ rules }) => bucketLifecycleFaults(rules),
  'aws:ecr/lifecyclePolicy:LifecyclePolicy': ({ policy }) => repositoryLifecycleFaults(parseJson(text.parse(policy))),
};

/** Whether what the check reads is known; an output of another resource is not, in a preview. */
const isKnown = (properties: Properties): boolean =>
  ['policy', 'assumeRolePolicy', 'bucket', 'rules'].some((name) => properties[name] !== undefined);

/** What AWS would refuse of a resource, and most of it only once others are there: one line for each fault. */
export function resourceDocumentFaults(type: string, properties: Properties): readonly string[] {
  const check = checks[type];
  return check === undefined || !isKnown(properties) ? [] : check(properties);
}
