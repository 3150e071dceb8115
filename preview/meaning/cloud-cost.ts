import { type Price, readPrices } from '../../stacks/index.ts';
import { type Finding, finding, type Lens, plural, say, sayEach } from '../finding.ts';
import type { Objects } from '../object.ts';

interface Count {
  readonly type: string;
  readonly base: number;
  readonly head: number;
}

function countByType(objects: Objects): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of objects.values()) {
    if (id.engine === 'cloud') counts.set(id.kind, (counts.get(id.kind) ?? 0) + 1);
  }
  return counts;
}

/** Types of which there are more or fewer, sorted. */
function changedCounts(base: Objects, head: Objects): readonly Count[] {
  const [before, after] = [countByType(base), countByType(head)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .toSorted()
    .map((type) => ({ type, base: before.get(type) ?? 0, head: after.get(type) ?? 0 }))
    .filter((count) => count.base !== count.head);
}

const signed = (amount: number, text: string): string => `${amount < 0 ? '−' : '+'}${text}`;

const nounOf = (type: string): string => type.split(':').at(-1) ?? type;

const placeOf = ({ region, asOf }: Price): string => `${region === 'any' ? '' : `${region}, `}${asOf}`;

function showMonthly({ type, base, head }: Count, price: Price): string {
  return `${type} (${head} − ${base}) × ${price.usd} USD a month (${placeOf(price)})`;
}

function showUse({ type, base, head }: Count, price: Price): string {
  const change = head - base;
  const per = price.unit === 'GB-month' ? 'a GB stored for a month' : 'a million requests';
  const count = signed(change, plural(Math.abs(change), nounOf(type)));
  return say`${count}: by use, ${price.usd} USD ${per} (${placeOf(price)})`;
}

/** What resources of AWS cost more or less a month, by list prices; what is billed by use is named without a sum. */
export const findCloudCost: Lens = ({ scope, base, head }) => {
  const prices = readPrices();
  const priced = changedCounts(base, head).map((count) => ({ count, price: prices.get(count.type) }));
  const subject = `environment ${scope}`;
  const monthly = priced.flatMap(({ count, price }) => (price?.unit === 'resource-month' ? [{ count, price }] : []));
  const difference = monthly.reduce((sum, { count, price }) => sum + (count.head - count.base) * price.usd, 0);
  const formula = monthly.filter(({ price }) => price.usd > 0).map(({ count, price }) => showMonthly(count, price));
  const byUse = priced.flatMap(({ count, price }) =>
    price === undefined || price.unit === 'resource-month' ? [] : [showUse(count, price)],
  );
  const unknown = priced.filter(({ price }) => price === undefined).map(({ count }) => count.type);
  return [
    ...(formula.length === 0 ? [] : [sumOf(subject, difference, formula)]),
    ...(byUse.length === 0 ? [] : [finding('cost', subject, `AWS ${byUse.join('; ')}`)]),
    ...(unknown.length === 0 ? [] : [finding('cost', subject, `AWS: no price known for ${sayEach(unknown)}`)]),
  ];
};

function sumOf(subject: string, difference: number, formula: readonly string[]): Finding {
  const amount = signed(difference, `${Math.abs(difference).toFixed(2)} USD`);
  return finding('cost', subject, say`AWS ${amount} a month: ${formula.join(' + ')}`);
}
