import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { deliverySecrets } from '../charts/required-secrets.ts';
import { projectRoot, readEnvironments } from '../stacks/index.ts';

const guide = readFileSync(join(projectRoot, 'docs/operations/delivery.md'), 'utf8');
const commands = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block.split('\n').map((line) => line.trim()),
);

const object = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

/** `kind namespace/name` in small letters of every object that a folder of manifests/ holds. */
function objectsIn(folder: string): readonly string[] {
  return readdirSync(join(projectRoot, 'manifests', folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'))
    .flatMap((path) => parseAllDocuments(readFileSync(join(projectRoot, 'manifests', folder, path), 'utf8')))
    .map((document) => object.parse(document.toJS()))
    .map(({ kind, metadata }) => `${kind.toLowerCase()} ${metadata.namespace ?? ''}/${metadata.name}`);
}

const environments = readEnvironments();
const secrets = environments.flatMap(({ delivery }) => deliverySecrets(delivery));
const existing = new Set([
  ...objectsIn('clusters'),
  ...environments.flatMap(({ name }) => objectsIn(name)),
  ...secrets.map(({ name, namespace }) => `secret ${namespace}/${name}`),
]);

/** How commands name an object: the words before its name, and its kind. */
const forms: readonly (readonly [RegExp, string])[] = [
  [/(?:reconcile|suspend|resume|tree|get) kustomization ([a-z0-9-]+)/, 'kustomization'],
  [/--for Kustomization\/([a-z0-9-]+)/, 'kustomization'],
  [/--kind=Kustomization --name=([a-z0-9-]+)/, 'kustomization'],
  [/reconcile source git ([a-z0-9-]+)/, 'gitrepository'],
  [/gitrepository ([a-z0-9-]+)/, 'gitrepository'],
  [/get receiver ([a-z0-9-]+)/, 'receiver'],
  [/reconcile image repository ([a-z0-9-]+)/, 'imagerepository'],
  [/reconcile image update ([a-z0-9-]+)/, 'imageupdateautomation'],
  [/secret generic ([a-z0-9-]+)/, 'secret'],
  [/get secret ([a-z0-9-]+)/, 'secret'],
  [/deployment\/([a-z0-9-]+)/, 'deployment'],
];

interface Named {
  readonly command: string;
  readonly object: string;
}

function namedIn(command: string): readonly Named[] {
  const namespace = / -n ([a-z0-9-]+)/.exec(command)?.[1] ?? '';
  return forms.flatMap(([form, kind]) => {
    const name = form.exec(command)?.[1];
    return name === undefined ? [] : [{ command, object: `${kind} ${namespace}/${name}` }];
  });
}

const clusterCommands = commands.filter((command) => /^(flux|kubectl) /.test(command));

describe('docs/operations/delivery.md', () => {
  test('names objects that the manifests hold', () => {
    const named = clusterCommands.flatMap(namedIn);
    expect(named.length).toBeGreaterThan(25);
    expect(named.filter((one) => !existing.has(one.object))).toEqual([]);
  });

  test('names an object in every command but those that look at all of them or set Flux up', () => {
    const general = /^(flux (bootstrap|check|get (kustomizations|images all))|kubectl (apply|config))/;
    expect(clusterCommands.filter((command) => namedIn(command).length === 0 && !general.test(command))).toEqual([]);
  });

  test('says how to make every Secret that Flux needs, with its keys', () => {
    const missing = secrets.filter(
      ({ name, keys }) =>
        !commands.some(
          (command) =>
            command.startsWith(`kubectl create secret generic ${name} -n flux-system `) &&
            keys.every((key) => command.includes(` --from-literal=${key}=`)),
        ),
    );
    expect(missing).toEqual([]);
  });

  test('delivers a revert before it resumes', () => {
    const undo = commands.findIndex((command) => command.startsWith('kubectl rollout undo'));
    const next = (start: string): number =>
      commands.findIndex((command, index) => index > undo && command.startsWith(start));
    expect(undo).toBeGreaterThan(0);
    expect(commands.slice(0, undo).findLast((command) => command.startsWith('flux '))).toMatch(/^flux suspend /);
    expect(next('git revert')).toBeLessThan(next('flux resume'));
    expect(next('git push')).toBeLessThan(next('flux resume'));
  });

  test('marks the source before it sets another branch, and unmarks it afterwards', () => {
    const patch = commands.findIndex((command) => command.includes('my-branch'));
    const mark = 'kubectl annotate gitrepository homelab -n flux-system kustomize.toolkit.fluxcd.io/reconcile';
    expect(commands[patch - 1]).toBe(`${mark}=disabled`);
    expect(commands.slice(patch)).toContain(`${mark}-`);
  });

  test('applies folders that exist', () => {
    const folders = commands.flatMap((command) => / -k (\S+)/.exec(command)?.[1] ?? []);
    expect(folders).not.toEqual([]);
    expect(folders.filter((folder) => !readdirSync(join(projectRoot, folder)).includes('kustomization.yaml'))).toEqual(
      [],
    );
  });
});
