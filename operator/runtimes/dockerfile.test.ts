import { describe, expect, test } from '@jest/globals';
import { dockerignore, ImageError, type ImageSettings, renderDockerfile } from './dockerfile.ts';
import type { LanguageRuntime } from './language-runtime.ts';
import { runtimes } from './runtimes.ts';

const settings = (further: Partial<ImageSettings> = {}): ImageSettings => ({
  version: '22',
  files: new Set(['index.js']),
  handler: null,
  bases: {},
  ...further,
});

const rows: readonly LanguageRuntime[] = Object.values(runtimes);
const everyVersion = rows.flatMap((runtime) => runtime.versions.map((version) => ({ runtime, version })));
const digest = `sha256:${'a'.repeat(64)}`;

describe.each(everyVersion)('$runtime.language $version', ({ runtime, version }) => {
  const text = renderDockerfile(
    runtime,
    settings({ version, files: new Set([runtime.sourceFile, runtime.dependencyFile]) }),
  );
  const stages = text.split(/^FROM /m).slice(1);
  const last = stages.at(-1) ?? '';

  test('is built on one pinned image and runs on another', () => {
    expect(stages).toHaveLength(2);
    expect(stages[0]).toMatch(/^\S+:\S+ AS /);
    expect(text).toContain(version);
    expect(text).not.toContain(':latest');
  });

  test('runs as a user that owns nothing', () => {
    expect(last).toContain('\nUSER 65532:65532\n');
    expect(text).not.toContain('--chown');
  });

  test('starts a program and no shell', () => {
    expect(last).toMatch(/\nENTRYPOINT \["[^\]]+"\]\n$/);
  });

  test('puts dependencies in a layer before the code', () => {
    const manifest = text.indexOf(`app/${runtime.dependencyFile}`);
    expect(manifest).toBeGreaterThan(0);
    expect(manifest).toBeLessThan(text.lastIndexOf('COPY app/ /app/'));
  });
});

test('the same settings give the same text', () => {
  for (const { runtime, version } of everyVersion) {
    expect(renderDockerfile(runtime, settings({ version }))).toBe(renderDockerfile(runtime, settings({ version })));
  }
});

test('the default version is one of the versions', () => {
  for (const runtime of rows) expect(runtime.versions).toContain(runtime.defaultVersion);
});

test.each([
  ['python', '3.9', '3.10, 3.11, 3.12, 3.13, 3.14'],
  ['nodejs', '19', '20, 21, 22, 23, 24'],
  ['go', '1.21', '1.22, 1.23, 1.24, 1.25, 1.26'],
  ['go', '1.22\nRUN id', '1.22, '],
] as const)('fails on %s %j with the versions that there are', (language, version, allowed) => {
  const render = (): string => renderDockerfile(runtimes[language], settings({ version }));
  expect(render).toThrow(ImageError);
  expect(render).toThrow(allowed);
});

test.each(['a.b.c', 'main.handler\nRUN id', '', 'main handler', '$(id)'])('fails on the handler %j', (handler) => {
  expect(() => renderDockerfile(runtimes.nodejs, settings({ handler }))).toThrow(ImageError);
});

test('a base image may be another, and named by its digest', () => {
  const run = { repository: 'registry.example/node', tag: '22-slim', digest };
  expect(renderDockerfile(runtimes.nodejs, settings({ bases: { run } }))).toContain(
    `FROM registry.example/node:22-slim@${digest}\n`,
  );
});

test.each([
  { repository: 'node AS x\nRUN id', tag: '22', digest: null },
  { repository: 'node', tag: '22 AS x', digest: null },
  { repository: 'node', tag: '22', digest: 'sha256:short' },
])('fails on the base image %j', (run) => {
  expect(() => renderDockerfile(runtimes.nodejs, settings({ bases: { run } }))).toThrow('base image');
});

const renderNodejs = (...files: readonly string[]): string =>
  renderDockerfile(runtimes.nodejs, settings({ files: new Set(['index.js', ...files]) }));

const renderGo = (handler: string | null): string =>
  renderDockerfile(runtimes.go, settings({ version: '1.25', handler }));

describe('dependencies of nodejs', () => {
  test('are those of the lock file where there is one', () => {
    expect(renderNodejs('package.json', 'package-lock.json')).toContain('npm ci --omit=dev');
    expect(renderNodejs('package.json', 'npm-shrinkwrap.json')).toContain(
      'COPY app/package.json app/npm-shrinkwrap.json ./',
    );
  });

  test('are those of package.json else', () => {
    expect(renderNodejs('package.json')).toContain('npm install --no-package-lock --omit=dev');
  });

  test('cost no stage where there are none', () => {
    expect(renderNodejs()).not.toContain('npm');
  });
});

test('python takes only what has the hash of the lock, for what the wrapper needs', () => {
  expect(renderDockerfile(runtimes.python, settings({ version: '3.12' }))).toContain('--require-hashes');
});

test('go builds the handler that is asked for, or the default', () => {
  expect(renderGo(null)).toContain('-handler main.Handler ');
  expect(renderGo('Other')).toContain('-handler Other ');
});

test('a new language is one row', () => {
  const ruby: LanguageRuntime = {
    language: 'ruby',
    versions: ['3.4'],
    defaultVersion: '3.4',
    defaultHandler: 'main.handler',
    sourceFile: 'main.rb',
    dependencyFile: 'Gemfile',
    baseImages: (version) => ({
      build: { repository: 'docker.io/library/ruby', tag: version, digest: null },
      run: { repository: 'docker.io/library/ruby', tag: `${version}-slim`, digest: null },
    }),
    render: ({ bases }) => [`FROM ${bases.run}`, 'COPY app/ /app/', 'ENTRYPOINT ["ruby", "/runtime/main.rb"]'],
  };
  expect(renderDockerfile(ruby, settings({ version: '3.4' }))).toBe(
    'FROM docker.io/library/ruby:3.4-slim\nCOPY app/ /app/\nENTRYPOINT ["ruby", "/runtime/main.rb"]\n',
  );
});

test('what is no part of a function stays out of its image', () => {
  expect(dockerignore.split('\n')).toContain('app/.git');
});
