import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { makeWorkspace, type Run, type TestPlan, type Workspace } from './fetch-run.ts';
import { makeGitRepository } from './git-repository.ts';
import { type ObjectServer, startObjectServer } from './object-server.ts';
import { makeTar, makeTarGz } from './tar-file.ts';
import { makeZip, type ZipEntry } from './zip-file.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
let server: ObjectServer;

beforeAll(async () => {
  [workspace, server] = await Promise.all([makeWorkspace(), startObjectServer()]);
});

afterAll(async () => {
  await server.stop();
  await workspace.remove();
});

let count = 0;
async function fetchArchive(archive: Buffer, plan: Partial<TestPlan> = {}): Promise<Run> {
  count += 1;
  const key = `archive-${count}`;
  server.put(key, archive);
  return workspace.fetch({ ...server.planOf(key), ...plan });
}

const main: ZipEntry = { path: 'main.py', content: 'm' };
const link = (path: string, target: string): ZipEntry => ({ path, content: target, mode: 0o120777 });
const zeros = Buffer.alloc(20 * 1024 ** 2);

describe('an archive', () => {
  test.each(['zip', 'tar', 'tar.gz'])('that git made as %s is read, with links and modes', async (format) => {
    const repository = await makeGitRepository(workspace.folder);
    await repository.link('also.py', 'lib/a.py');
    await repository.commit({ 'main.py': 'm', 'lib/a.py': 'a', [`long/${'x'.repeat(120)}.py`]: 'long' });
    const path = `${repository.folder}/archive.${format}`;
    await repository.git('archive', `--format=${format}`, `--output=${path}`, '--prefix=repository-1/', 'HEAD');
    const { context } = await fetchArchive(await readFile(path));
    expect(context).toEqual({
      'app/main.py': 'm',
      'app/lib/a.py': 'a',
      'app/also.py': '-> lib/a.py',
      [`app/long/${'x'.repeat(120)}.py`]: 'long',
    });
  });

  test('is read without what a Mac adds', async () => {
    const { context } = await fetchArchive(makeZip([main, { path: '__MACOSX/._main.py', content: 'x' }]));
    expect(context).toEqual({ 'app/main.py': 'm' });
  });
});

const unsafeZips: Readonly<Record<string, readonly ZipEntry[]>> = {
  'climbs out of its folder': [main, { path: '../evil.py', content: 'x' }],
  'climbs out in the middle of a path': [main, { path: 'a/../../evil.py', content: 'x' }],
  'has an absolute path': [main, { path: '/etc/evil.py', content: 'x' }],
  'has a drive': [main, { path: 'C:/evil.py', content: 'x' }],
  'has a control character in a path': [main, { path: 'a\nb.py', content: 'x' }],
  'brings settings of git': [main, { path: 'a/.git/config', content: 'x' }],
  'has a file twice': [main, main],
  'has names that differ in case': [main, { path: 'Main.py', content: 'x' }],
  'has folders that differ in case': [main, { path: 'lib/a.py', content: 'x' }, { path: 'Lib/b.py', content: 'x' }],
  'has names that differ in Unicode form': [main, { path: 'é.py', content: 'x' }, { path: 'e\u0301.py', content: 'x' }],
  'has a name as file and as folder': [main, { path: 'main.py/a.py', content: 'x' }],
  'has a link that leaves it': [main, link('out', '../../secret')],
  'has a link to an absolute path': [main, link('out', '/etc/passwd')],
  'has a link to nothing': [main, link('out', 'nothing')],
  'has a link to itself': [main, link('out', 'out')],
  'has links that leave it together': [
    main,
    { path: 'd/x', content: 'x' },
    link('d/up', '..'),
    link('d/out', 'up/../..'),
  ],
  'writes through a link': [main, link('d', '.'), { path: 'd/evil.py', content: 'x' }],
  'has a pipe': [main, { path: 'pipe', content: '', mode: 0o010644 }],
  'has a device': [main, { path: 'device', content: '', mode: 0o020644 }],
};

const brokenZips: Readonly<Record<string, Buffer>> = {
  'says less than it holds': makeZip([{ ...main, content: 'mmmm', claims: { bytes: 1 } }]),
  'says more than it holds': makeZip([{ ...main, claims: { bytes: 100 } }]),
  'has another checksum': makeZip([{ ...main, claims: { checksum: 1 } }]),
  'is cut off': makeZip([main]).subarray(0, 40),
  'has a backslash in a path': makeZip([main, { path: '..\\evil.py', content: 'x' }]),
};

describe('a zip', () => {
  test.each(Object.entries(unsafeZips))('fails when it %s', async (_what, entries) => {
    const { answer, code, context, leftOvers } = await fetchArchive(makeZip(entries));
    expect(answer).toMatchObject({ reason: expect.stringMatching('UnsafeContent|ArchiveInvalid'), retryable: false });
    expect([code, context, leftOvers]).toEqual([2, undefined, []]);
  });

  test.each(Object.entries(brokenZips))('fails when it %s', async (_what, archive) => {
    const { answer, context } = await fetchArchive(archive);
    expect(answer).toMatchObject({ reason: expect.stringMatching('ArchiveInvalid|UnsafeContent'), retryable: false });
    expect(context).toBeUndefined();
  });

  test('fails when it is encrypted', async () => {
    const { answer } = await fetchArchive(makeZip([{ ...main, claims: { flags: 0x801 } }]));
    expect(answer).toMatchObject({ reason: 'Unsupported', message: expect.stringContaining('without a password') });
  });
});

describe('a tar', () => {
  test.each([
    ['a hard link', { name: 'hard', type: 'link', linkname: '/etc/passwd' }],
    ['a device', { name: 'device', type: 'character-device' }],
    ['a pipe', { name: 'pipe', type: 'fifo' }],
    ['a link that leaves it', { name: 'out', type: 'symlink', linkname: '../..' }],
    ['a path that leaves it', { name: '../evil.py', content: 'x' }],
  ] as const)('fails when it holds %s', async (_what, entry) => {
    const { answer, context } = await fetchArchive(await makeTarGz([{ name: 'main.py', content: 'm' }, entry]));
    expect(answer).toMatchObject({ reason: 'UnsafeContent', retryable: false });
    expect(context).toBeUndefined();
  });

  test('fails when it is cut off, packed or not', async () => {
    const tar = await makeTar([{ name: 'main.py', content: 'm'.repeat(5000) }]);
    const runs = await Promise.all(
      [tar.subarray(0, 3000), gzipSync(tar).subarray(0, 60)].map((part) => fetchArchive(part)),
    );
    expect(runs.map(({ answer }) => answer)).toMatchObject([
      { reason: 'ArchiveInvalid' },
      { reason: 'ArchiveInvalid' },
    ]);
  });

  test('fails when it is packed with what is not known', async () => {
    const { answer } = await fetchArchive(Buffer.from('fd377a585a0000', 'hex'));
    expect(answer).toMatchObject({
      reason: 'Unsupported',
      message: expect.stringContaining('got xz, allowed zip, tar and tar.gz'),
    });
  });
});

describe('a bomb', () => {
  test.each([
    ['zip', () => makeZip([main, { path: 'zeros', content: zeros }])],
    [
      'tar.gz',
      () =>
        makeTarGz([
          { name: 'main.py', content: 'm' },
          { name: 'zeros', content: zeros },
        ]),
    ],
  ] as const)('fails as a %s, by its ratio', async (_format, make) => {
    const { answer, context, leftOvers } = await fetchArchive(await make());
    expect(answer).toMatchObject({ reason: 'TooLarge', message: expect.stringContaining('more than 200 times') });
    expect([context, leftOvers]).toEqual([undefined, []]);
  });

  test.each([
    ['one file', { fileBytes: 1000 }],
    ['all files', { totalBytes: 1000 }],
    ['the number of files', { files: 1 }],
    ['a path', { pathBytes: 5 }],
    ['the download', { downloadBytes: 100 }],
  ])('fails at the limit of %s', async (_what, limits) => {
    const entries = [main, { path: 'a', content: 'a'.repeat(2000) }];
    const { answer } = await fetchArchive(makeZip(entries), { limits });
    expect(answer).toMatchObject({ reason: 'TooLarge', retryable: false });
  });

  test('fails when a header is one', async () => {
    const { answer } = await fetchArchive(gzipSync(paxHeader(8 * 1024 ** 2)));
    expect(answer).toMatchObject({
      reason: 'ArchiveInvalid',
      message: expect.stringContaining('Header exceeds max size'),
    });
  });
});

/** A tar that begins with an extended header of that many bytes. */
function paxHeader(bytes: number): Buffer {
  const header = Buffer.alloc(512);
  header.write('PaxHeader', 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('x', 156);
  header.write('ustar\u000000', 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, Buffer.alloc(bytes, 'x')]);
}
