import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { findEnvironment, projectRoot, readEnvironments } from '../../stacks/index.ts';
import { locateActionlint } from '../../tools/real-parts/locate.ts';

const folder = join(projectRoot, '.github', 'workflows');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

const workflow = z.looseObject({
  on: z.looseObject({ push: z.looseObject({ branches: z.array(z.string()) }) }),
  jobs: z.record(
    z.string(),
    z.looseObject({ steps: z.array(z.looseObject({ run: z.string().optional(), uses: z.string().optional() })) }),
  ),
});

function lint(text: string): string {
  const { status, stdout, stderr } = spawnSync(locateActionlint() ?? '', ['-no-color', '-'], {
    input: text,
    encoding: 'utf8',
  });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

describe('workflows', () => {
  test.each(readdirSync(folder))('%s is one that actionlint accepts', (file) => {
    expect(lint(read(file))).toBe('');
  });

  test('fails on an expression that GitHub would refuse', () => {
    expect(lint(read('synthesize.yaml').replace('github.ref_name', 'github.branch'))).toContain(
      '"branch" is not defined',
    );
  });

  test('synthesize on the branch that image automation pushes to, and commit what a synth writes', () => {
    const { imageAutomation } = findEnvironment(readEnvironments(), 'dev').delivery;
    const { on, jobs } = workflow.parse(parse(read('synthesize.yaml')));
    expect(on.push.branches).toEqual([imageAutomation?.branch, imageAutomation?.base]);
    const script = jobs['propose']?.steps.map(({ run }) => run ?? '').join('\n') ?? '';
    expect(script).toContain('make format synth docs');
    expect(script).toContain('git add -A stacks manifests docs');
    expect(script).toContain(`git push origin HEAD:${imageAutomation?.branch}`);
  });

  test('run nothing of others, so that no version of it can go stale', () => {
    const steps = Object.values(workflow.parse(parse(read('synthesize.yaml'))).jobs).flatMap((job) => job.steps);
    expect(steps.filter(({ uses }) => uses !== undefined)).toEqual([]);
  });
});
