import type { Code } from '../codes.ts';
import { fieldNames, showPath } from '../diff/path.ts';
import { fieldOf, type Fields, listOf, textOf } from '../diff/value.ts';
import { type Comparison, type Finding, finding, type Lens, say } from '../finding.ts';
import { type ObjectId, ofKind } from '../object.ts';
import { type Pair, pairsOf } from './pair.ts';

/** Properties whose change makes Pulumi replace a resource, by type; from the schema of @pulumi/aws 7. */
const replacing: Readonly<Record<string, RegExp>> = {
  'aws:s3/bucket:Bucket': /^(bucket|bucketPrefix|objectLockEnabled)$/,
  'aws:ecr/repository:Repository': /^(name|encryptionConfigurations)\b/,
  'aws:sqs/queue:Queue': /^(name|namePrefix|fifoQueue)$/,
  'aws:iam/role:Role': /^(name|namePrefix|path)$/,
  'aws:iam/policy:Policy': /^(name|namePrefix|path|description)$/,
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': /^url$/,
  'aws:secretsmanager/secret:Secret': /^(name|namePrefix)$/,
  'aws:cloudwatch/eventRule:EventRule': /^(name|namePrefix|eventBusName)$/,
};

/** What is gone when the resource is made again. */
const held: ReadonlySet<string> = new Set([
  'aws:s3/bucket:Bucket',
  'aws:ecr/repository:Repository',
  'aws:sqs/queue:Queue',
  'aws:secretsmanager/secret:Secret',
  'aws:iam/role:Role',
]);

/** The code of a resource that is made again; undefined for what holds nothing. */
export const codeOfReplacement = ({ kind }: ObjectId): Code | undefined =>
  held.has(kind) ? 'cloud-replaced' : undefined;

function replaced({ changes }: Comparison): readonly Finding[] {
  return changes.flatMap((change): readonly Finding[] => {
    if (change.kind !== 'changed' || change.id.engine !== 'cloud') return [];
    const pattern = replacing[change.id.kind];
    const paths = change.changes.map(({ path }) => path).filter((path) => pattern?.test(fieldNames(path)) === true);
    const [first] = paths;
    return first === undefined
      ? []
      : [finding('cloud', change.id, say`is replaced for ${showPath(first)}`, codeOfReplacement(change.id))];
  });
}

const blockFields = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'] as const;

/** Whether what closed a bucket goes while the bucket stays; what goes with its bucket is not counted. */
function isLeftOpen({ head: objects }: Comparison, { base, head }: Pair): boolean {
  return (
    head === undefined &&
    ofKind(objects, 'aws:s3/bucket:Bucket').some(({ value }) => textOf(value, 'bucket') === textOf(base, 'bucket'))
  );
}

/** Public access blocks, encryption and versions of buckets that get weaker. */
function weakened(comparison: Comparison, pair: Pair): readonly Finding[] {
  const { id, base, head } = pair;
  if (base === undefined || (head === undefined && !isLeftOpen(comparison, pair))) return [];
  switch (id.kind) {
    case 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock':
      return blockFields
        .filter((name) => fieldOf(base, name) === true && fieldOf(head, name) !== true)
        .map((name) => finding('cloud', id, say`no longer has ${name}`, 'public-exposure'));
    case 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration':
      return weakerEncryption(id, algorithmsOf(base), algorithmsOf(head ?? {}));
    default:
      return textOf(head, 'versioningConfiguration', 'status') === 'Enabled'
        ? []
        : [finding('cloud', id, 'keeps no versions any more', 'versioning-lost')];
  }
}

const algorithmsOf = (value: Fields): string =>
  listOf(value, 'rules')
    .map((rule) => textOf(rule, 'applyServerSideEncryptionByDefault', 'sseAlgorithm'))
    .join(', ');

const strength: readonly string[] = ['', 'AES256', 'aws:kms', 'aws:kms:dsse'];

function weakerEncryption(id: Pair['id'], from: string, to: string): readonly Finding[] {
  if (from === to) return [];
  const isWeaker = strength.indexOf(to) < strength.indexOf(from);
  return [
    finding('cloud', id, say`encryption ${from || 'none'} → ${to || 'none'}`, isWeaker ? 'encryption-lost' : undefined),
  ];
}

const isEncrypted = (queue: Fields): boolean =>
  fieldOf(queue, 'sqsManagedSseEnabled') === true || fieldOf(queue, 'kmsMasterKeyId') !== undefined;

function queueEncryption({ id, base, head }: Pair): readonly Finding[] {
  if (base === undefined || head === undefined) return [];
  return isEncrypted(base) && !isEncrypted(head)
    ? [finding('cloud', id, 'is no longer encrypted', 'encryption-lost')]
    : [];
}

function tagMutability({ id, base, head }: Pair): readonly Finding[] {
  const [from, to] = [base, head].map((side) => textOf(side, 'imageTagMutability'));
  const isLoosened = from === 'IMMUTABLE' && to === 'MUTABLE';
  const code: Code = 'mutable-image';
  return isLoosened ? [finding('cloud', id, 'lets tags move', code)] : [];
}

const closing = [
  'aws/aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock',
  'aws/aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
  'aws/aws:s3/bucketVersioning:BucketVersioning',
] as const;

/** Resources of AWS that are replaced, opened or less protected. */
export const findCloud: Lens = (comparison) => [
  ...replaced(comparison),
  ...pairsOf(comparison, ...closing).flatMap((pair) => weakened(comparison, pair)),
  ...pairsOf(comparison, 'aws/aws:sqs/queue:Queue').flatMap(queueEncryption),
  ...pairsOf(comparison, 'aws/aws:ecr/repository:Repository').flatMap(tagMutability),
];
