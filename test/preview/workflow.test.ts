import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { z } from 'zod';
import { projectRoot } from '../../stacks/index.ts';

const step = z.looseObject({ name: z.string(), run: z.string(), env: z.record(z.string(), z.string()).default({}) });
const job = z.looseObject({ permissions: z.record(z.string(), z.string()), steps: z.array(step) });
const workflow = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: z.strictObject({}),
  jobs: z.strictObject({ render: job, comment: job }),
});

const text = readFileSync(join(projectRoot, '.github', 'workflows', 'preview.yaml'), 'utf8');
const { on, jobs } = workflow.parse(load(text));

describe('the workflow', () => {
  test('gives code of a pull request no secret and nothing to write with', () => {
    expect(Object.keys(on)).toEqual(['pull_request']);
    expect(text).not.toContain('secrets.');
    expect(jobs.render.permissions).toEqual({ contents: 'read' });
    const withToken = jobs.render.steps.filter(({ env }) => JSON.stringify(env).includes('token'));
    expect(withToken.map(({ name, run }) => [name, /\bmake\b|\bnpm\b|\bnode\b/.test(run)])).toEqual([
      ['check out the program of the base', false],
    ]);
  });

  test('runs nothing of the pull request where it may write', () => {
    expect(jobs.comment.permissions).toEqual({ 'pull-requests': 'write' });
    expect(jobs.comment.steps.map(({ run }) => run).join('\n')).not.toMatch(/\b(git|make|npm|node|eval|source)\b/);
  });

  test('puts no text of others into a script', () => {
    const scripts = [...jobs.render.steps, ...jobs.comment.steps].map(({ run }) => run);
    expect(scripts.filter((run) => run.includes('${{'))).toEqual([]);
  });
});

describe('the comment', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'preview-comment-'));
    mkdirSync(join(folder, 'bin'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the step with a gh that knows these comments and tells how it was called. */
  function comment(body: string, earlier: string): { readonly calls: string; readonly sent: string } {
    const gh = join(folder, 'bin', 'gh');
    writeFileSync(
      gh,
      `#!/bin/bash\necho "$*" >> "${folder}/calls"\ncase "$*" in *--paginate*) printf '%s' "$EARLIER" ;; esac\n`,
    );
    chmodSync(gh, 0o755);
    const { status, stderr } = spawnSync('bash', ['-eo', 'pipefail', '-c', jobs.comment.steps[0]?.run ?? 'exit 9'], {
      encoding: 'utf8',
      env: {
        PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
        COMMENT: Buffer.from(body).toString('base64'),
        EARLIER: earlier,
        NUMBER: '7',
        GITHUB_REPOSITORY: 'a/b',
        RUNNER_TEMP: folder,
      },
    });
    if (status !== 0) throw new Error(stderr);
    const sent: unknown = JSON.parse(readFileSync(join(folder, 'comment.json'), 'utf8'));
    return {
      calls: readFileSync(join(folder, 'calls'), 'utf8'),
      sent: z.object({ body: z.string() }).parse(sent).body,
    };
  }

  test('is written once and then changed', () => {
    expect(comment('first "$(id)" `x`\n', '').calls).toContain('--method POST repos/a/b/issues/7/comments');
    const second = comment('first "$(id)" `x`\n', '42\n43\n');
    expect(second.calls).toContain('--method PATCH repos/a/b/issues/comments/42');
    expect(second.sent).toBe('first "$(id)" `x`\n');
  });

  test('is cut where a job sends more than GitHub takes', () => {
    expect(comment('a'.repeat(70_000), '').sent).toHaveLength(65_536);
  });
});
