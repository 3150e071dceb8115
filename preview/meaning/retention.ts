import type { Change } from '../diff/difference.ts';
import { showPath } from '../diff/path.ts';
import { fieldsOf, isFields, textOf } from '../diff/value.ts';
import { type Finding, finding, type Lens, say } from '../finding.ts';

/** Last fields of paths that say how long or how much is kept, by what holds it. */
const keeping: Readonly<Record<string, RegExp>> = {
  'aws/aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': /(^|\.)(days|noncurrentDays)$/,
  'aws/aws:ecr/lifecyclePolicy:LifecyclePolicy': /(^|\.)countNumber$/,
  'aws/aws:sqs/queue:Queue': /^messageRetentionSeconds$/,
  'aws/aws:secretsmanager/secret:Secret': /^recoveryWindowInDays$/,
  'rabbitmq.com/Policy': /(^|\.)(message-ttl|max-length|max-length-bytes|expires)$/,
  'rabbitmq.com/OperatorPolicy': /(^|\.)(message-ttl|max-length|max-length-bytes|expires)$/,
  'rabbitmq.com/Queue': /(^|\.)(x-message-ttl|x-max-length|x-expires)$/,
  'monitoring.coreos.com/Prometheus': /^spec\.retention(Size)?$/,
};

const unitHours: Readonly<Record<string, number>> = { h: 1, d: 24, w: 168, y: 8760 };

/** A number, or hours of a duration as `30d`. */
function amountOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const [, amount, unit = ''] = /^(\d+)([hdwy]?)$/.exec(String(value)) ?? [];
  return amount === undefined ? undefined : Number(amount) * (unitHours[unit] ?? 1);
}

/** Numbers in an expiration, or the value itself. */
function limitsIn(value: unknown): readonly string[] {
  if (!isFields(value)) return [String(value)];
  const expirations = ['expiration', 'noncurrentVersionExpiration', 'selection'].map((name) => fieldsOf(value, name));
  return expirations.flatMap((expiration) =>
    ['days', 'noncurrentDays', 'countNumber'].map((name) => textOf(expiration, name)).filter((text) => text !== ''),
  );
}

const isNewRule = ({ op, path }: Change): boolean => op === 'add' && /(^|\.)rules\[[^\]]*\]$/.test(showPath(path));

function isShorter(change: Change): boolean {
  switch (change.op) {
    case 'replace': {
      const [from, to] = [amountOf(change.base), amountOf(change.head)];
      return from !== undefined && to !== undefined && to < from;
    }
    // a limit where there was none, alone or in a new rule
    case 'add':
      return isFields(change.head) ? limitsIn(change.head).length > 0 : amountOf(change.head) !== undefined;
    case 'remove':
      return false;
  }
}

/** What is kept for less time or in a smaller number than before. */
export const findRetention: Lens = ({ changes }) =>
  changes.flatMap((change): readonly Finding[] => {
    const pattern = keeping[`${change.id.apiGroup}/${change.id.kind}`];
    if (change.kind !== 'changed' || pattern === undefined) return [];
    return change.changes
      .filter((one) => (pattern.test(showPath(one.path)) || isNewRule(one)) && isShorter(one))
      .map((one) => {
        const from = one.op === 'add' ? 'no limit' : String(one.base);
        const to = one.op === 'remove' ? 'no limit' : limitsIn(one.head).join(', ');
        const topic = change.id.engine === 'cloud' ? 'cloud' : 'objects';
        return finding(topic, change.id, say`keeps ${showPath(one.path)} ${from} → ${to}`, 'retention-shortened');
      });
  });
