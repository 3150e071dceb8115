import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildReport, type Report } from '../../preview/index.ts';
import { projectRoot, readEnvironments } from '../../stacks/index.ts';

function readManifests(): ReadonlyMap<string, string> {
  const folder = join(projectRoot, 'manifests');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.(yaml|json)$/.test(path),
  );
  return new Map(files.toSorted().map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

interface Edit {
  readonly path: RegExp;
  readonly from: RegExp;
  readonly to: string;
}

/** A change with something of everything: rows of all colours, in one environment, in some and in all. */
const edits: readonly Edit[] = [
  { path: /^(prd|staging)\/operator\.yaml$/, from: /v0\.1\.0/g, to: 'v0.2.0' },
  { path: /^dev\/receiver\.yaml$/, from: /:dev-v0\.1\.0/g, to: ':latest' },
  { path: /^prd\/operator\.yaml$/, from: /^ {2}replicas: 3$/m, to: '  replicas: 2' },
  { path: /^[a-z0-9-]+\/observability\.yaml$/, from: /KnativeLambdaOperatorLeaderless/, to: 'KnativeLambdaLeaderless' },
  { path: /^studio\/cloud\.json$/, from: /"blockPublicPolicy": true/, to: '"blockPublicPolicy": false' },
];

const commit = (side: string): string => createHash('sha1').update(side).digest('hex');

/** The report of a change to what is committed in manifests/. */
export function exampleReport(): Report {
  const tree = readManifests();
  const edited = [...tree].map(([path, text]): [string, string] => {
    const fitting = edits.filter((edit) => edit.path.test(path));
    return [path, fitting.reduce((done, { from, to }) => done.replace(from, to), text)];
  });
  const settings = readEnvironments();
  return buildReport(
    {
      base: { tree, settings },
      head: { tree: new Map(edited), settings },
      baseCommit: commit('base'),
      headCommit: commit('head'),
      isHeadClean: true,
      isHeadFresh: true,
      from: 'rendered',
      messages: '',
      plans: [],
    },
    [],
  );
}
