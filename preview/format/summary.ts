import { plural, say } from '../finding.ts';
import type { Report, ReportDanger } from '../report.ts';

const shortCommit = (commit: string): string => commit.slice(0, 12);

/** Scopes as a reader names them; one word where it is every environment. */
export function showScopes({ environments }: Report, scopes: readonly string[]): string {
  const isAll = environments.length > 1 && environments.every((name) => scopes.includes(name));
  const others = isAll ? scopes.filter((name) => !environments.includes(name)) : scopes;
  return [...(isAll ? ['all environments'] : []), ...others.map((name) => name.replace('clusters/', 'cluster '))].join(
    ', ',
  );
}

/** Whether nobody gave a reason for it. */
export const isOpenDanger = ({ acknowledged }: ReportDanger): boolean => acknowledged === undefined;

function countChanges({ changes }: Report): string {
  const words = ['added', 'changed', 'renamed', 'removed'] as const;
  return words
    .map((word) => ({ word, count: changes.filter(({ change }) => change === word).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`)
    .join(', ');
}

/** Whether base and head mean the same, and no engine would do anything. */
export function isUnchanged({ changes, dangers, meaning }: Report): boolean {
  return changes.length === 0 && dangers.length === 0 && meaning.length === 0;
}

/** The report in one line; what comes from manifests stands between backticks. */
export function headline(report: Report): string {
  const sides = `${shortCommit(report.base.commit)} → ${shortCommit(report.head.commit)}${report.head.clean ? '' : ' with changes'}`;
  if (isUnchanged(report)) return `No change in any environment (${sides}).`;
  const open = report.dangers.filter(isOpenDanger);
  const count = (severity: ReportDanger['severity']): number =>
    open.filter((danger) => danger.severity === severity).length;
  const accepted = report.dangers.length - open.length;
  const verdict = [
    plural(count('danger'), 'danger'),
    plural(count('warning'), 'warning'),
    ...(accepted > 0 ? [`${accepted} accepted`] : []),
  ].join(', ');
  const scopes = new Set(report.changes.flatMap((change) => change.scopes));
  return `${verdict} · objects: ${countChanges(report) || 'none'} in ${say`${showScopes(report, [...scopes]) || 'no scope'}`} (${sides})`;
}
