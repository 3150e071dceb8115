import { ConfigurationError } from '../stacks/index.ts';
import { codeBucketPolicy, logBucketPolicy } from './bucket-policy.ts';
import { bucketLifecycleFaults, bucketNameFaults, lengthFaults, repositoryLifecycleFaults } from './document-faults.ts';
import { cacheLifecycle, imageLifecycle } from './expiry.ts';
import { type CloudEnvironment, names } from './names.ts';
import { codeRules, logRules } from './object-rules.ts';
import {
  boundaryPolicy,
  builderPolicy,
  operatorPolicy,
  pipelinePolicy,
  receiverPolicy,
  secretsPolicy,
  uploadsPolicy,
} from './policy.ts';
import { toText } from './policy-document.ts';

const inlinePolicies = [builderPolicy, operatorPolicy, pipelinePolicy, receiverPolicy, secretsPolicy, uploadsPolicy];

/**
 * Refuses documents that AWS would refuse only when the first resources are there.
 * @throws ConfigurationError naming each fault
 */
export function checkDocuments(environment: CloudEnvironment): void {
  const days = environment.imageRegistry.untaggedDays;
  const faults = [
    ...[environment.codeStore.bucket, names.logBucket(environment)].flatMap(bucketNameFaults),
    ...[imageLifecycle(days), cacheLifecycle(days)].flatMap(repositoryLifecycleFaults),
    ...[codeRules, logRules].flatMap(bucketLifecycleFaults),
    ...inlinePolicies.flatMap((policy) => lengthFaults('inline', toText(policy(environment)))),
    ...lengthFaults('managed', toText(boundaryPolicy(environment))),
    ...[codeBucketPolicy, logBucketPolicy].flatMap((policy) => lengthFaults('bucket', toText(policy(environment)))),
  ];
  if (faults.length > 0) {
    throw new ConfigurationError(faults.map((fault) => `${environment.name}: ${fault}; correct it in stacks/`));
  }
}
