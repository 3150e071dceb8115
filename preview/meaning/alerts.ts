import { fieldOf, type Fields, listOf, textOf } from '../diff/value.ts';
import type { Code } from '../codes.ts';
import { type Comparison, type Finding, finding, type Lens, say } from '../finding.ts';
import { type Pair, pairsOf } from './pair.ts';

interface Rule {
  readonly what: 'alert' | 'recording rule';
  readonly name: string;
  readonly rules: readonly unknown[];
}

function rulesOf(value: Fields | undefined): ReadonlyMap<string, Rule> {
  const rules = listOf(value, 'spec', 'groups').flatMap((group) => listOf(group, 'rules'));
  const named = rules.map((rule) => ({
    what: fieldOf(rule, 'alert') === undefined ? ('recording rule' as const) : ('alert' as const),
    name: textOf(rule, 'alert') || textOf(rule, 'record'),
    rule,
  }));
  return new Map(
    named.map(({ what, name }) => [
      `${what} ${name}`,
      { what, name, rules: named.filter((one) => one.what === what && one.name === name).map(({ rule }) => rule) },
    ]),
  );
}

const severities: readonly string[] = ['info', 'warning', 'critical', 'page'];
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration of Prometheus as `1h30m`. */
function seconds(duration: string): number {
  return [...duration.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, amount = '0', unit = 's']) => sum + Number(amount) * (unitSeconds[unit] ?? 1),
    0,
  );
}

const rank = (rule: unknown): number => severities.indexOf(textOf(rule, 'labels', 'severity'));

/** Whether an alert fires later, or for people who are not woken. */
function isWeaker(base: unknown, head: unknown): boolean {
  return rank(head) < rank(base) || seconds(textOf(head, 'for')) > seconds(textOf(base, 'for'));
}

const shownFields = ['expr', 'for', 'labels'] as const;

function changedFields(base: unknown, head: unknown): readonly string[] {
  return shownFields.filter(
    (name) => JSON.stringify(fieldOf(base, name) ?? null) !== JSON.stringify(fieldOf(head, name) ?? null),
  );
}

function compareRule(before: Rule, after: Rule, isProduction: boolean): { text: string; code: Code | undefined }[] {
  const [base, head] = [before.rules[0], after.rules[0]];
  const fields = changedFields(before.rules.length === 1 ? base : before, after.rules.length === 1 ? head : after);
  const isOther = JSON.stringify(before.rules) !== JSON.stringify(after.rules);
  if (!isOther) return [];
  const weaker = after.what === 'alert' && isWeaker(base, head);
  const details = fields.map((name) =>
    name === 'labels'
      ? say`severity ${textOf(base, 'labels', 'severity')} → ${textOf(head, 'labels', 'severity')}`
      : `${name} ${say`${textOf(base, name) || 'none'} → ${textOf(head, name) || 'none'}`}`,
  );
  const text = `${after.what} ${say`${after.name}`} changes${details.length === 0 ? '' : `: ${details.join('; ')}`}`;
  return [{ text, code: weaker && isProduction ? 'alert-weakened' : undefined }];
}

function compareRules({ isProduction }: Comparison, { id, base, head }: Pair): readonly Finding[] {
  const [before, after] = [rulesOf(base), rulesOf(head)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key): readonly Finding[] => {
    const [one, other] = [before.get(key), after.get(key)];
    if (one === undefined)
      return other === undefined ? [] : [finding('alerts', id, `${other.what} ${say`${other.name}`} is added`)];
    if (other === undefined) {
      const isMissed = one.what === 'alert' && isProduction;
      return [
        finding('alerts', id, `${one.what} ${say`${one.name}`} is removed`, isMissed ? 'alert-removed' : undefined),
      ];
    }
    return compareRule(one, other, isProduction).map(({ text, code }) => finding('alerts', id, text, code));
  });
}

function lostCanaries(comparison: Comparison): readonly Finding[] {
  return pairsOf(comparison, 'flagger.app/Canary', 'monitoring.coreos.com/AlertmanagerConfig').flatMap(
    ({ id, base, head }): readonly Finding[] => {
      if (head === undefined) {
        const code = id.kind === 'Canary' ? 'canary-removed' : 'alert-removed';
        return [finding('alerts', id, 'is removed', comparison.isProduction ? code : undefined)];
      }
      const isSkipped =
        fieldOf(head, 'spec', 'skipAnalysis') === true && fieldOf(base, 'spec', 'skipAnalysis') !== true;
      return isSkipped
        ? [finding('alerts', id, 'no longer judges releases', comparison.isProduction ? 'canary-removed' : undefined)]
        : [];
    },
  );
}

/** Alerts, recording rules and canaries that come, go or change. */
export const findAlerts: Lens = (comparison) => [
  ...pairsOf(comparison, 'monitoring.coreos.com/PrometheusRule').flatMap((pair) => compareRules(comparison, pair)),
  ...lostCanaries(comparison),
];
