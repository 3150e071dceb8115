import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chooseBuilder, type ImagePush } from './builder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'knative-lambda-builders-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a program on the PATH that ends like this. */
function install(name: string, script: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const choose = (name = '') => chooseBuilder(name, { PATH: folder });

const image: ImagePush = {
  reference: 'registry.test/operator:v1',
  dockerfile: 'operator/Dockerfile',
  context: 'dist/image',
  buildArguments: { VERSION: '1.0.0' },
  platforms: ['linux/amd64', 'linux/arm64'],
  insecure: true,
  digestFile: '/tmp/digest',
};

describe('the choice of a builder', () => {
  test('is the first that works, not a docker whose daemon is not there', () => {
    install('docker', 'echo Cannot connect to the Docker daemon >&2; exit 1');
    install('buildah', 'exit 0');
    expect(choose().name).toBe('buildah');
    install('podman', 'exit 0');
    expect(choose().name).toBe('podman');
    expect(choose('buildah').name).toBe('buildah');
  });

  test('fails with what is wrong with each', () => {
    install('docker', 'echo Cannot connect to the Docker daemon >&2; exit 1');
    expect(() => choose()).toThrow(
      [
        'builder: got none that works, allowed docker, podman, buildah; install or start one',
        '  docker does not work: Cannot connect to the Docker daemon',
        '  podman is not installed',
        '  buildah is not installed',
      ].join('\n'),
    );
  });

  test('fails on one that it does not know', () => {
    expect(() => choose('kaniko')).toThrow('BUILDER: got kaniko, allowed docker, podman, buildah; leave it out');
  });
});

describe('docker', () => {
  test('builds and pushes for every platform at once, and says the digest in its metadata', () => {
    install('docker', 'exit 0');
    const { push, build, readDigest } = choose('docker');
    const shared = '--file operator/Dockerfile --build-arg VERSION=1.0.0';
    expect(build(image).map((words) => words.join(' '))).toEqual([
      `build ${shared} --tag registry.test/operator:v1 dist/image`,
    ]);
    expect(push(image).map((words) => words.join(' '))).toEqual([
      `buildx build --push --provenance=false --platform linux/amd64,linux/arm64 --metadata-file /tmp/digest ${shared} --tag registry.test/operator:v1 dist/image`,
    ]);
    expect(readDigest('{"containerimage.digest":"sha256:12"}')).toBe('sha256:12');
  });
});
