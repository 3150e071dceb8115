import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { z } from 'zod';
import { buildReport, type Report } from '../../preview/index.ts';
import { readEnvironments } from '../../stacks/index.ts';
import { printYaml } from '../../charts/synth.ts';

const object = z.record(z.string(), z.unknown());
const objects = z.array(object);

const caseSchema = z.strictObject({
  title: z.string(),
  /** Environment that changes. */
  scope: z.string().default('dev'),
  base: objects.default([]),
  head: objects.optional(),
  /** Instead of head: a JSON merge patch (RFC 7386) of the first object of base. */
  patch: object.optional(),
  /** Resources of AWS of both sides; a patch is of the first. */
  cloud: z.strictObject({ base: objects.default([]), head: objects.optional(), patch: object.optional() }).optional(),
  /** Objects of another environment, the same on both sides. */
  beside: z.record(z.string(), objects).default({}),
  /** real: the settings of this project, by which needs are summed up; few: names and roles only. */
  settings: z.enum(['few', 'real']).default('few'),
  codes: z.array(z.string()),
  says: z.array(z.string()),
});

export type Case = z.output<typeof caseSchema>;

const folder = join(import.meta.dirname, 'cases');

/** Every case by file. */
export function readCases(): ReadonlyMap<string, readonly Case[]> {
  return new Map(
    readdirSync(folder)
      .toSorted()
      .map((file) => [
        file.replace('.yaml', ''),
        z.array(caseSchema).parse(load(readFileSync(join(folder, file), 'utf8'))),
      ]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON merge patch (RFC 7386). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

type Objects = z.output<typeof objects>;

function headOf(base: Objects, head: Objects | undefined, patch: unknown): readonly unknown[] {
  if (head !== undefined) return head;
  const [first, ...others] = base;
  return patch === undefined ? base : [mergePatch(first, patch), ...others];
}

const toText = (some: readonly unknown[]): string =>
  some.map((one) => `---\n${printYaml(isObject(one) ? one : {})}`).join('');

const fewSettings = [
  { name: 'dev', role: 'development', cluster: { name: 'tiers', owner: false } },
  { name: 'staging', role: 'pre-production', cluster: { name: 'tiers', owner: false } },
  { name: 'prd', role: 'production', cluster: { name: 'tiers', owner: true } },
];

/** The report of a case, as if both sides had been rendered. */
export function reportOf({ scope, base, head, patch, cloud, beside, settings: kind }: Case): Report {
  const settings = kind === 'real' ? readEnvironments() : fewSettings;
  const others = Object.entries(beside).map(([name, some]) => [`${name}/objects.yaml`, toText(some)] as const);
  const tree = (cluster: readonly unknown[], aws: readonly unknown[]): ReadonlyMap<string, string> =>
    new Map([
      [`${scope}/objects.yaml`, toText(cluster)],
      ...(cloud === undefined ? [] : ([[`${scope}/cloud.json`, JSON.stringify(aws)]] as const)),
      ...others,
    ]);
  const sides = {
    base: { tree: tree(base, cloud?.base ?? []), settings },
    head: {
      tree: tree(headOf(base, head, patch), headOf(cloud?.base ?? [], cloud?.head, cloud?.patch)),
      settings,
    },
    baseCommit: 'b'.repeat(40),
    headCommit: 'a'.repeat(40),
    isHeadClean: true,
    isHeadFresh: true,
    from: 'rendered',
    messages: '',
    plans: [],
  } as const;
  return buildReport(sides, []);
}

/** What a report says beside its differences, a line each. */
export function sayings({ meaning }: Report): readonly string[] {
  return meaning.map(({ topic, object: subject, text }) => `${topic} · ${subject}: ${text}`);
}

/** The report of two sides of one environment, `dev` with few settings unless it is named. */
export function reportOfObjects(base: readonly unknown[], head: readonly unknown[], scope?: string): Report {
  const place = scope === undefined ? {} : { scope, settings: 'real' };
  return reportOf(caseSchema.parse({ title: 'objects', ...place, base, head, codes: [], says: [] }));
}
