import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { folderName, partsFolder } from './cache.ts';
import { locateControlPlane, locateFolder } from './locate.ts';
import { controlPlanePart, foreignCrdsPart } from './parts.ts';

const binaries = controlPlanePart.programs.map((program) => program.binary);
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-locate-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cache = (): { readonly KNATIVE_LAMBDA_CACHE: string } => ({ KNATIVE_LAMBDA_CACHE: join(folder, 'cache') });

function install(target: string, names: readonly string[], mode = 0o755): string {
  mkdirSync(target, { recursive: true });
  for (const name of names) writeFileSync(join(target, name), '', { mode });
  return target;
}

const installInCache = (goVersion: string): string =>
  install(join(partsFolder(controlPlanePart, cache()), folderName(controlPlanePart, goVersion)), binaries);

describe('locateControlPlane', () => {
  test('finds nothing in an empty cache', () => {
    expect(locateControlPlane(cache())).toBeUndefined();
  });

  test('finds the programs of the cache, the newest ones first', () => {
    utimesSync(installInCache('go1.26.0'), 1, 1);
    const newest = installInCache('go1.26.1');
    expect(locateControlPlane(cache())).toEqual({
      etcd: join(newest, 'etcd'),
      kubeApiserver: join(newest, 'kube-apiserver'),
      kubeControllerManager: join(newest, 'kube-controller-manager'),
      kubectl: join(newest, 'kubectl'),
    });
  });

  test('takes the programs of KUBEBUILDER_ASSETS before those of the cache', () => {
    const cached = installInCache('go1.26.0');
    const assets = install(join(folder, 'assets'), ['etcd', 'kube-apiserver', 'kubectl']);
    expect(locateControlPlane({ ...cache(), KUBEBUILDER_ASSETS: assets })).toEqual({
      etcd: join(assets, 'etcd'),
      kubeApiserver: join(assets, 'kube-apiserver'),
      kubeControllerManager: join(cached, 'kube-controller-manager'),
      kubectl: join(assets, 'kubectl'),
    });
  });

  test('takes from PATH what KUBEBUILDER_ASSETS and the cache lack', () => {
    const assets = install(join(folder, 'assets'), ['etcd', 'kube-apiserver']);
    const path = install(join(folder, 'bin'), ['kube-controller-manager', 'kubectl']);
    const environment = { ...cache(), KUBEBUILDER_ASSETS: assets, PATH: `/nowhere:${path}` };
    expect(locateControlPlane(environment)?.kubeControllerManager).toBe(join(path, 'kube-controller-manager'));
  });

  test('passes over KUBEBUILDER_ASSETS without a kube-apiserver', () => {
    const cached = installInCache('go1.26.0');
    const assets = install(join(folder, 'assets'), ['etcd']);
    expect(locateControlPlane({ ...cache(), KUBEBUILDER_ASSETS: assets })?.etcd).toBe(join(cached, 'etcd'));
  });

  test('passes over a file that is no program', () => {
    const assets = install(join(folder, 'assets'), binaries, 0o644);
    expect(locateControlPlane({ ...cache(), KUBEBUILDER_ASSETS: assets })).toBeUndefined();
  });
});

describe('locateForeignCrds', () => {
  test('finds the folder of what is pinned now and no other', () => {
    const parent = partsFolder(foreignCrdsPart, cache());
    install(join(parent, '0123456789abcdef0123'), ['a.yaml']);
    expect(locateFolder(foreignCrdsPart, cache())).toBeUndefined();
    const pinned = install(join(parent, folderName(foreignCrdsPart, '')), ['a.yaml']);
    expect(locateFolder(foreignCrdsPart, cache())).toBe(pinned);
  });
});
