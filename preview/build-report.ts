import { acknowledge, type Acknowledgement } from './acknowledgement.ts';
import { type Aliases, aliasesOf } from './alias.ts';
import { dangers } from './codes.ts';
import type { Change } from './diff/difference.ts';
import { compareScopes, type ObjectChange } from './diff/objects.ts';
import { showPath } from './diff/path.ts';
import { textOf } from './diff/value.ts';
import type { Comparison, Finding } from './finding.ts';
import { type Group, groupScopes } from './group.ts';
import { lenses } from './meaning/index.ts';
import { findProductionFirst, trialOf } from './meaning/order.ts';
import { findPlanned } from './meaning/plan.ts';
import { type Objects, showObject } from './object.ts';
import {
  type Difference,
  parseChange,
  parseDanger,
  parseMeaning,
  type Report,
  type ReportChange,
  type ReportDanger,
  type ReportMeaning,
} from './report.ts';
import { allScopes, changedScopes, type Scopes, TreeReader } from './scope.ts';
import { isProductionScope, settingsOfScope } from './setting.ts';
import type { Sides } from './source/sides.ts';
import { type Topic, topicNames } from './topic.ts';

function toDifference(change: Change): Difference {
  const path = showPath(change.path);
  switch (change.op) {
    case 'add':
      return { op: change.op, path, head: change.head };
    case 'remove':
      return { op: change.op, path, base: change.base };
    case 'replace':
      return { op: change.op, path, base: change.base, head: change.head };
  }
}

function toRow(change: ObjectChange): Omit<ReportChange, 'scopes'> {
  const { engine, kind } = change.id;
  const row = { change: change.kind, engine, kind, object: showObject(change.id) };
  switch (change.kind) {
    case 'added':
      return { ...row, differences: [], value: change.head };
    case 'removed':
      return { ...row, differences: [], value: change.base };
    case 'changed':
      return { ...row, differences: change.changes.map(toDifference) };
    case 'renamed':
      return { ...row, from: showObject(change.from), differences: change.changes.map(toDifference) };
  }
}

const spread = <Item>({ item, scopes }: Group<Item>): Item & { readonly scopes: string[] } => ({
  ...item,
  scopes: [...scopes],
});

interface Placed<Item> {
  readonly scope: string;
  readonly item: Item;
}

function toMeaning(
  findings: readonly Placed<Finding>[],
  aliases: (scope: string) => Aliases,
): readonly ReportMeaning[] {
  const items = findings.map(({ scope, item: { topic, object, text } }) => ({ scope, item: { topic, object, text } }));
  return groupScopes(items, aliases, parseMeaning)
    .map(spread)
    .toSorted((one, other) => topicNames.indexOf(one.topic) - topicNames.indexOf(other.topic));
}

/** The file of an object by its name, below the folder of a scope. */
type Files = (scope: string, object: string) => string | undefined;

/** Files of the objects of both sides: an object that goes is where it was. */
function filesOf(comparisons: readonly Comparison[]): Files {
  const files = new Map(
    comparisons.flatMap(({ scope, base, head }) =>
      [...base.values(), ...head.values()].map(({ id, file }) => [`${scope} ${showObject(id)}`, file] as const),
    ),
  );
  return (scope, object) => files.get(`${scope} ${object}`);
}

function toDangers(
  findings: readonly Placed<Finding>[],
  aliases: (scope: string) => Aliases,
  fileOf: Files,
): readonly ReportDanger[] {
  const items = findings.flatMap(({ scope, item: { code, object, text } }) => {
    if (code === undefined) return [];
    const file = fileOf(scope, object);
    const item = { code, severity: dangers[code].severity, object, text, ...(file === undefined ? {} : { file }) };
    return [{ scope, item }];
  });
  const order = Object.keys(dangers);
  return groupScopes(items, aliases, parseDanger)
    .map(spread)
    .toSorted(
      (one, other) =>
        (one.severity < other.severity ? -1 : Number(one.severity > other.severity)) ||
        order.indexOf(one.code) - order.indexOf(other.code),
    );
}

const objectsOf = (side: Scopes, scope: string): Objects => side.get(scope) ?? new Map();

/** Comparisons of the changed scopes, and of those where a change of theirs should have been tried. */
function compareEach(sides: Sides, changed: readonly string[], settings: readonly unknown[]): readonly Comparison[] {
  const reader = new TreeReader();
  const names = scopesToRead(sides, changed, settings);
  const read = new Set(names);
  const [base, head] = [reader.read('base', sides.base.tree, read), reader.read('head', sides.head.tree, read)];
  const everywhere = [...base.values(), ...head.values()];
  return [...changed, ...names.filter((name) => !changed.includes(name))].map((scope) => ({
    scope,
    base: objectsOf(base, scope),
    head: objectsOf(head, scope),
    changes: compareScopes(objectsOf(base, scope), objectsOf(head, scope)),
    shared: { base: objectsOf(base, 'shared'), head: objectsOf(head, 'shared') },
    everywhere,
    settings: settingsOfScope(sides, scope),
    isProduction: isProductionScope(sides, scope),
  }));
}

function environmentNames({ base, head }: Sides): readonly string[] {
  return [...new Set([...head.settings, ...base.settings].map((settings) => textOf(settings, 'name')))];
}

/** Scopes that must be read: what changed, what it is looked up in, and where it should have been tried. */
function scopesToRead(sides: Sides, changed: readonly string[], settings: readonly unknown[]): readonly string[] {
  if (changed.length === 0) return [];
  const definitions = 'shared/crds.yaml';
  if (sides.base.tree.get(definitions) !== sides.head.tree.get(definitions)) {
    // objects of a definition are anywhere
    return allScopes(sides.head.tree);
  }
  const trials = settings
    .filter((one) => changed.includes(textOf(one, 'name')))
    .flatMap((one) => trialOf(one, settings) ?? []);
  return [...new Set([...changed, 'shared', ...trials])];
}

/** Everything that a report says, in an order that depends on nothing but both sides. */
export function buildReport(sides: Sides, acknowledgements: readonly Acknowledgement[]): Report {
  const byName = new Map(
    [...sides.base.settings, ...sides.head.settings].map((settings) => [textOf(settings, 'name'), settings]),
  );
  const settings = [...byName.values()];
  const aliasesByScope = new Map([...byName].map(([name, one]) => [name, aliasesOf(one)]));
  const aliases = (scope: string): Aliases => aliasesByScope.get(scope) ?? aliasesOf(undefined);
  const names = environmentNames(sides);
  const comparisons = compareEach(
    sides,
    inReadingOrder(changedScopes(sides.base.tree, sides.head.tree), names),
    settings,
  );
  const findings = [
    ...comparisons.flatMap((comparison) =>
      lenses.flatMap((lens) => lens(comparison).map((item) => ({ scope: comparison.scope, item }))),
    ),
    ...findProductionFirst(comparisons, settings, aliases),
    ...staleManifests(sides),
  ];
  const planned = sides.plans.flatMap((plan) => findPlanned(plan).map((item) => ({ scope: plan.stack, item })));
  const rows = comparisons.flatMap(({ scope, changes }) => changes.map((change) => ({ scope, item: toRow(change) })));
  const { dangers: listed, notices } = acknowledge(
    toDangers([...findings, ...beyondKnown(planned, findings)], aliases, filesOf(comparisons)),
    acknowledgements,
  );
  return {
    version: 1,
    base: { commit: sides.baseCommit },
    head: { commit: sides.headCommit, clean: sides.isHeadClean },
    from: sides.from,
    environments: [...names],
    dangers: [...listed],
    meaning: [...toMeaning([...findings, ...planned], aliases)],
    changes: groupScopes(rows, aliases, parseChange).map(spread),
    notices: [...sideNotices(sides), ...notices],
  };
}

/** What the engine finds dangerous that the differences have not shown to be. */
function beyondKnown(
  planned: readonly Placed<Finding>[],
  known: readonly Placed<Finding>[],
): readonly Placed<Finding>[] {
  const toKey = ({ scope, item: { code, object } }: Placed<Finding>): string => [scope, code, object].join('\n');
  const keys = new Set(known.map(toKey));
  return planned.filter((one) => !keys.has(toKey(one)));
}

function inReadingOrder(scopes: readonly string[], environments: readonly string[]): readonly string[] {
  return [
    ...environments.filter((name) => scopes.includes(name)),
    ...scopes.filter((name) => !environments.includes(name)),
  ];
}

function staleManifests({ isHeadFresh }: Sides): readonly Placed<Finding>[] {
  const text = 'what is committed is not what the sources of head render';
  const topic: Topic = 'objects';
  return isHeadFresh ? [] : [{ scope: 'shared', item: { topic, object: 'manifests/', text, code: 'manifests-stale' } }];
}

function sideNotices({ isHeadClean, from, plans }: Sides): readonly string[] {
  return [
    ...(isHeadClean ? [] : ['head is the working tree with changes that are in no commit']),
    ...(from === 'committed' ? ['both sides are read from manifests/ as committed; make verify proves them'] : []),
    ...(plans.length === 0 ? [] : [`Pulumi was asked about the stacks ${plans.map(({ stack }) => stack).join(', ')}`]),
  ];
}
