import { describe, expect, test } from '@jest/globals';
import { ConfigurationError, isMutableTag, readEnvironments, readReleases } from './index.ts';
import { parseReleases } from './releases.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const commit = 'a'.repeat(40);

const k6 = '{ repository: registry.test/k6, tag: 1.0.0, digest: null }';

const releasesOf = (dev: string, builders = ''): string =>
  `operator:\n  dev: ${dev}\nbuilders: {${builders}}\nloadTests: { k6: ${k6} }\nconnectors: { sqs: ${k6} }\n`;

function faultsOfReleases(text: string): readonly string[] {
  try {
    parseReleases(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error.faults;
    }
    throw error;
  }
}

const refused: readonly (readonly [string, string, string])[] = [
  [
    'a missing tag',
    releasesOf('{ digest: null, commit: null }'),
    'releases.operator.dev.tag: missing, allowed a text; set it in stacks/releases.yaml',
  ],
  [
    'a version that YAML reads as a number',
    releasesOf('{ tag: 1.2, digest: null, commit: null }'),
    'releases.operator.dev.tag: got 1.2, allowed a text; change it in stacks/releases.yaml',
  ],
  [
    'a tag with a space',
    releasesOf('{ tag: "v1 2", digest: null, commit: null }'),
    'releases.operator.dev.tag: got "v1 2", allowed an image tag; change it in stacks/releases.yaml',
  ],
  [
    'a digest without its algorithm',
    releasesOf('{ tag: v1.2.3, digest: "0123", commit: null }'),
    'releases.operator.dev.digest: got "0123", allowed sha256: and 64 hexadecimal digits; change it in stacks/releases.yaml',
  ],
  [
    'a short commit',
    releasesOf('{ tag: v1.2.3, digest: null, commit: abcdef0 }'),
    'releases.operator.dev.commit: got "abcdef0", allowed a full commit hash; change it in stacks/releases.yaml',
  ],
  [
    'an unknown key',
    releasesOf('{ tag: v1.2.3, digest: null, commit: null, date: today }'),
    'releases.operator.dev.date: got a setting that is not declared, allowed declared ones; correct its name or remove it in stacks/releases.yaml',
  ],
  [
    'a release that is no group',
    releasesOf('v1.2.3'),
    'releases.operator.dev: got "v1.2.3", allowed a group of settings; change it in stacks/releases.yaml',
  ],
  [
    'a builder without a repository',
    releasesOf('{ tag: v1.2.3, digest: null, commit: null }', 'kaniko: { repository: "", tag: v1.0.0, digest: null }'),
    'releases.builders.kaniko.repository: got "", allowed 1 or more characters; change it in stacks/releases.yaml',
  ],
  ['an empty file', '', 'releases: got null, allowed a group of settings; change it in stacks/releases.yaml'],
];

describe('parseReleases', () => {
  test('reads tags, digests and commits', () => {
    const release = `{ tag: v1.2.3, digest: "${digest}", commit: ${commit} }`;
    const builder = `kaniko: { repository: registry.test/kaniko, tag: v1.0.0, digest: null }`;
    expect(parseReleases(releasesOf(release, builder))).toEqual({
      operator: { dev: { tag: 'v1.2.3', digest, commit } },
      builders: { kaniko: { repository: 'registry.test/kaniko', tag: 'v1.0.0', digest: null } },
      loadTests: { k6: { repository: 'registry.test/k6', tag: '1.0.0', digest: null } },
      connectors: { sqs: { repository: 'registry.test/k6', tag: '1.0.0', digest: null } },
    });
  });

  test.each(refused)('fails with one line on %s', (_kind, text, line) => {
    expect(faultsOfReleases(text)).toEqual([line]);
  });

  test('fails with every fault at once', () => {
    const text = releasesOf('{ digest: 1, commit: null, extra: 1 }');
    expect(faultsOfReleases(text).map((line) => line.split(':')[0])).toEqual([
      'releases.operator.dev.tag',
      'releases.operator.dev.digest',
      'releases.operator.dev.extra',
    ]);
  });

  test.each([
    ['two documents', `${releasesOf('{}')}---\n{}\n`],
    ['an unclosed list', 'operator: [1\nbuilders: {}\n'],
    ['a key twice', 'operator: {}\noperator: {}\nbuilders: {}\n'],
    ['a tab as indent', 'operator:\n\tdev: {}\n'],
    ['an alias to nothing', 'operator: *missing\n'],
    [
      'aliases that multiply',
      `a: &a [1,1,1,1,1,1,1,1,1]\n${['b', 'c', 'd', 'e', 'f', 'g'].map((name, n) => `${name}: &${name} [${`*${'abcdef'[n]},`.repeat(9)}]`).join('\n')}\n`,
    ],
  ])('fails with one line on %s', (_kind, text) => {
    const faults = faultsOfReleases(text);
    expect(faults).toEqual([expect.stringMatching(/^releases: got no valid YAML \(.+\), allowed one document; .+$/)]);
  });
});

const marked = (digestText: string): string =>
  `operator:\n  dev:\n    tag: v1.2.3 # {"$imagepolicy": "flux-system:dev:tag"}\n    digest: ${digestText} # {"$imagepolicy": "flux-system:dev:digest"}\n    commit: null\nbuilders: {}\nloadTests: { k6: { repository: k6, tag: 1.0.0, digest: null } }\nconnectors: { sqs: { repository: sqs, tag: 1.0.0, digest: null } }\n`;

describe('a digest that image automation will fill in', () => {
  test.each([
    ["''", null],
    [`'${digest}'`, digest],
  ])('is read from %s as %s', (text, expected) => {
    expect(parseReleases(marked(text)).operator['dev']).toEqual({ tag: 'v1.2.3', digest: expected, commit: null });
  });
});

describe('stacks/releases.yaml', () => {
  const environments = readEnvironments();
  const { operator, builders } = readReleases();

  test('has a release for each environment and no other', () => {
    expect(Object.keys(operator).toSorted()).toEqual(environments.map(({ name }) => name).toSorted());
  });

  test('has an image for each builder that an environment uses', () => {
    expect(Object.keys(builders)).toEqual(expect.arrayContaining(environments.map(({ builds }) => builds.builder)));
  });

  test('names tags of the published pattern', () => {
    const patterns = { dev: /^dev-/, staging: /^staging-v\d+\.\d+\.\d+/, prd: /^prd-v\d+\.\d+\.\d+/ } as const;
    for (const [name, pattern] of Object.entries(patterns)) {
      expect(operator[name]?.tag).toMatch(pattern);
    }
  });

  test('names a tag that may move in dev only', () => {
    const mutable = Object.entries(operator).filter(([, { tag }]) => isMutableTag(tag));
    expect(mutable.map(([name]) => name)).toEqual(['dev']);
  });
});

describe('isMutableTag', () => {
  test.each([
    'dev-latest',
    'latest',
    'main',
    'stable',
    'v1',
    'v1.2',
    'feature-login',
    'release-facaded',
    'v1.2.3-latest',
    '1.2.3-SNAPSHOT',
    'pr-12',
  ])('says that %s may move', (tag) => {
    expect(isMutableTag(tag)).toBe(true);
  });

  test.each([
    'v1.2.3',
    '1.2.3',
    'staging-v0.1.0',
    'prd-v1.2.3-rc.1',
    'v1.2.3-dev.1a2b3c4',
    'v1.2.3-alpine',
    'sha-1a2b3c4',
    '1a2b3c4',
    'dev-0a1b2c3-42',
    '0123456789abcdef0123456789abcdef01234567',
  ])('says that %s stays', (tag) => {
    expect(isMutableTag(tag)).toBe(false);
  });
});
