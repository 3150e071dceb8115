import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../stacks/index.ts';

interface Ending {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function run(program: string, args: readonly string[], variables: Readonly<Record<string, string>> = {}): Ending {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { ...process.env, ...variables },
  });
  return { code: status, output: stdout.trim(), errors: stderr.trim() };
}

let folder = '';
/** HEAD without the namespaces of prd; no branch names it. */
let change = '';

const preview = (variables: Readonly<Record<string, string>>): Ending =>
  run(process.execPath, ['dist/preview.mjs'], { BASE: 'HEAD', HEAD: change, SOURCE: 'committed', ...variables });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'preview-command-'));
  const index = { GIT_INDEX_FILE: join(folder, 'index') };
  run('git', ['read-tree', 'HEAD'], index);
  run('git', ['update-index', '--force-remove', 'manifests/prd/namespace.yaml'], index);
  const { output: tree } = run('git', ['write-tree'], index);
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
  change = run('git', [...author, 'commit-tree', tree, '-p', 'HEAD', '-m', 'test']).output;
  const { code, errors } = run(process.execPath, ['tools/bundle.mjs', 'preview']);
  if (code !== 0) throw new Error(errors);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe('the command', () => {
  test('says in one line that nothing changes', () => {
    const { code, output } = preview({ HEAD: 'HEAD' });
    expect(output).toMatch(/^No change in any environment/);
    expect(code).toBe(0);
  }, 60_000);

  test('ends with 0 after a report, and with 1 where a danger is not accepted', () => {
    expect(preview({}).code).toBe(0);
    const { code, output } = preview({ FAIL_ON: 'danger' });
    expect(output).toContain('namespace-removed');
    expect(code).toBe(1);
  }, 60_000);

  test('ends with 0 where every danger is accepted', () => {
    const accept = join(folder, 'description');
    const codes = ['namespace-removed', 'isolation-broken', 'pod-security-lowered', 'quota-exceeded'];
    writeFileSync(accept, codes.map((code) => `Preview-Accept: ${code} because prd goes\n`).join(''));
    const { code, output } = preview({ FAIL_ON: 'danger', ACCEPT: accept });
    expect(output).toContain('(accepted: prd goes)');
    expect(code).toBe(0);
  }, 60_000);

  test('fails with 2 and a report in every format that says so', () => {
    const out = join(folder, 'failed');
    const { code, errors } = preview({ BASE: 'nowhere', OUT: out });
    expect(code).toBe(2);
    expect(errors).toContain('base: got "nowhere", allowed a commit, branch or tag of this clone');
    const texts = readdirSync(out).map((file) => readFileSync(join(out, file), 'utf8'));
    expect(texts).toHaveLength(6);
    expect(texts.filter((text) => !text.includes('nowhere'))).toEqual([]);
  }, 60_000);

  test.each([
    [{ BASE: '' }, 'BASE: got nothing'],
    [{ FORMAT: 'pdf' }, 'FORMAT: got "pdf", allowed terminal, markdown'],
    [{ FAIL_ON: 'never' }, 'FAIL_ON: got "never", allowed nothing, danger, warning'],
    [{ ACCEPT: '/nowhere' }, 'ACCEPT: got "/nowhere"'],
    [{ ENGINE: 'terraform' }, 'ENGINE: got "terraform", allowed none, pulumi'],
    [{ ENGINE: 'pulumi' }, 'ENGINE: got HEAD='],
    [{ ENGINE: 'pulumi', HEAD: '', PATH: '/usr/bin:/bin' }, 'ENGINE: got no Pulumi CLI (spawn pulumi ENOENT)'],
  ])('fails with 2 on %j', (variables, fault) => {
    const { code, errors } = preview(variables);
    expect(errors).toContain(fault);
    expect(errors).not.toContain('    at ');
    expect(code).toBe(2);
  });
});
