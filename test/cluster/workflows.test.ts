import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { findEnvironment, projectRoot, readEnvironments } from '../../stacks/index.ts';
import { locateProgram } from '../../tools/real-parts/locate.ts';
import { actionlintPart } from '../../tools/real-parts/parts.ts';
import { copyProject, type Project } from '../golden/project.ts';

const folder = join(projectRoot, '.github', 'workflows');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

const workflow = z.looseObject({
  on: z.looseObject({ push: z.looseObject({ branches: z.array(z.string()) }).optional() }),
  jobs: z.record(
    z.string(),
    z.looseObject({
      steps: z.array(
        z.looseObject({ name: z.string().optional(), run: z.string().optional(), uses: z.string().optional() }),
      ),
    }),
  ),
});

function lint(text: string): string {
  const { status, stdout, stderr } = spawnSync(locateProgram(actionlintPart) ?? '', ['-no-color', '-'], {
    input: text,
    encoding: 'utf8',
  });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

function succeed(project: Project, command: string, options: readonly string[], variables = {}): string {
  const { code, stdout, stderr } = project.run(command, options, variables);
  if (code !== 0) throw new Error(`${command} ${options.join(' ')}: ${stderr}`);
  return stdout;
}

/** The step of the workflow itself, in the shell that GitHub runs it in. */
function commitWhatChanged(project: Project): void {
  const { jobs } = workflow.parse(parse(read('synthesize.yaml')));
  const step = jobs['propose']?.steps.find(({ name }) => name === 'commit what changed')?.run ?? 'exit 1';
  succeed(project, 'bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step], {
    AUTHOR: 'robot',
    AUTHOR_EMAIL: 'robot@test',
  });
}

/** What a step of the workflow `images` would call, with which arguments. */
function callsOf(script: string): string {
  const variables = { GITHUB_SHA: '0a1b2c3d4e', GITHUB_RUN_NUMBER: '42', ACTIONS_ID_TOKEN_REQUEST_URL: 'url' };
  const environment = { ...process.env, ...variables, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't', RUNNER_TEMP: '/dev' };
  // what the steps call is told of instead of done
  const stubs = ['curl', 'jq', 'docker', 'make'].map((name) => `${name}() { echo "${name} $*" >&2; }`);
  const aws = 'aws() { echo "aws as $AWS_ROLE_ARN in $AWS_REGION" >&2; }';
  const { status, stderr } = spawnSync(
    'bash',
    ['-eo', 'pipefail', '-c', [...stubs, aws, script.replace('> "$RUNNER_TEMP/token"', '')].join('\n')],
    { cwd: projectRoot, encoding: 'utf8', env: environment },
  );
  if (status !== 0) throw new Error(stderr);
  return stderr;
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
    expect(on.push?.branches).toEqual([imageAutomation?.branch, imageAutomation?.base]);
    const script = jobs['propose']?.steps.map(({ run }) => run ?? '').join('\n') ?? '';
    expect(script).toContain('make format synth docs');
    expect(script).toContain('git add -A stacks manifests docs');
    expect(script).toContain(`git push origin HEAD:${imageAutomation?.branch}`);
  });

  test('commit the manifests of an image update to its branch, and nothing when there is none', () => {
    const project = copyProject();
    const git = (...options: readonly string[]): string => succeed(project, 'git', options);
    try {
      git('init', '--quiet', '--bare', 'remote.git');
      writeFileSync(join(project.folder, '.gitignore'), 'remote.git\nnode_modules\ndist\n');
      cpSync(join(projectRoot, 'docs'), join(project.folder, 'docs'), { recursive: true });
      git('init', '--quiet', '--initial-branch', 'image-updates');
      git('remote', 'add', 'origin', 'remote.git');
      const releases = join(project.folder, 'stacks', 'releases.yaml');
      writeFileSync(releases, readFileSync(releases, 'utf8').replace('tag: dev-latest #', 'tag: dev-0a1b2c3-42 #'));
      git('add', '-A');
      git('-c', 'user.name=flux', '-c', 'user.email=flux@test', 'commit', '--quiet', '-m', 'chore: follow new images');
      expect(project.synth().code).toBe(0);
      commitWhatChanged(project);
      expect(git('log', '--format=%s', 'origin/image-updates').split('\n').slice(0, 2)).toEqual([
        'chore: synthesize new images',
        'chore: follow new images',
      ]);
      const changed = git('show', '--name-only', '--format=', 'origin/image-updates').trim().split('\n');
      expect(changed).toEqual(
        expect.arrayContaining(['manifests/dev/operator.yaml', 'manifests/clusters/tiers/delivery.yaml']),
      );
      expect(changed.filter((path) => !/^manifests\/(dev|clusters\/tiers)\//.test(path))).toEqual([]);
      const before = git('rev-parse', 'origin/image-updates');
      commitWhatChanged(project);
      expect(git('rev-parse', 'origin/image-updates')).toBe(before);
    } finally {
      project.remove();
    }
  });

  test.each(readdirSync(folder))('%s runs nothing of others, so that no version of it can go stale', (file) => {
    const steps = Object.values(workflow.parse(parse(read(file))).jobs).flatMap((job) => job.steps);
    expect(steps.filter(({ uses }) => uses !== undefined)).toEqual([]);
  });

  test('push images by a tag that the environment follows, with the role and the registry that it has', () => {
    const dev = findEnvironment(readEnvironments(), 'dev');
    const steps = workflow.parse(parse(read('images.yaml'))).jobs['push']?.steps ?? [];
    const runOf = (step: string): string => steps.find(({ name }) => name === step)?.run ?? 'exit 1';
    const { account, region } = dev.cloud ?? {};
    const loggedIn = callsOf(runOf('log in to the registry'));
    expect(loggedIn).toContain(`aws as arn:aws:iam::${account}:role/knative-lambda-pipeline-dev in ${region}\n`);
    expect(loggedIn).toContain(`--password-stdin ${account}.dkr.ecr.${region}.amazonaws.com\n`);
    const [, tag = ''] = / TAG=(\S+)/.exec(callsOf(runOf('build for every platform and push'))) ?? [];
    expect(tag).toMatch(new RegExp(dev.delivery.imageAutomation?.tags.replace('?P<', '?<') ?? 'none'));
  });
});
