import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { isInCloud } from '../../infra/index.ts';
import { projectRoot, readEnvironments } from '../../stacks/index.ts';
import { usePlace } from './cloud-stacks.ts';

const [dev] = readEnvironments()
  .filter(isInCloud)
  .filter(({ name }) => name === 'dev');
const place = usePlace(dev === undefined ? [] : [dev]);

/** What docs/operations/pulumi.md says, for dev, with the answers that a person would give. */
function documentedCommands(): readonly (readonly string[])[] {
  const page = readFileSync(join(projectRoot, 'docs', 'operations', 'pulumi.md'), 'utf8');
  const block = page.split('## Take over what is there')[1]?.split('```')[1] ?? '';
  const lines = block.split('\n').filter((line) => line.startsWith('pulumi '));
  return lines.map((line) => {
    const words = line.replaceAll("'", '').replaceAll('STACK', 'dev').split(' ').slice(1);
    return words[0] === 'preview' ? words : [...words, '--yes'];
  });
}

const importSchema = z.looseObject({
  resources: z.array(
    z.looseObject({
      type: z.string(),
      name: z.string(),
      id: z.string().optional(),
      component: z.boolean().default(false),
    }),
  ),
});

/** The list that Pulumi wrote, with the components and the one resource that exists. */
function keepOnly(file: string, [type, name, id]: readonly [string, string, string]): void {
  const list = importSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const kept = list.resources
    .filter((one) => one.component || (one.type === type && one.name === name))
    .map((one) => (one.component ? one : { ...one, id }));
  writeFileSync(file, JSON.stringify({ ...list, resources: kept }));
}

const stack = ['--stack', 'dev'] as const;
const change = ['--yes', '--skip-preview'] as const;

test('a bucket that is there before the stack is taken over as the documentation says, with what it holds', async () => {
  const { aws, engine } = place();
  const Bucket = dev?.codeStore.bucket ?? '';
  const Key = 'code/hello.py';
  await aws.call('s3', 'create_bucket', { Bucket, CreateBucketConfiguration: { LocationConstraint: 'us-west-2' } });
  await aws.call('s3', 'put_bucket_tagging', { Bucket, Tagging: { TagSet: [{ Key: 'Owner', Value: 'hand' }] } });
  await aws.call('s3', 'put_object', { Bucket, Key, Body: 'def handler(event): pass' });
  const file = join(engine.project, 'import.json');

  await engine.run('stack', 'init', 'dev');
  const commands = documentedCommands();
  expect(commands).toHaveLength(3);
  for (const command of commands) {
    const { exitCode, output } = await engine.run(...command);
    expect(exitCode === 0 ? '' : output).toBe('');
    if (command.includes('--import-file')) keepOnly(file, ['aws:s3/bucket:Bucket', 'codeBucket', Bucket]);
  }
  const { exitCode, output } = await engine.run('up', ...stack, ...change);
  expect(exitCode === 0 ? '' : output).toBe('');
  expect(output).toMatch(/~ +aws:s3:Bucket code updated/);
  // its policy lets nobody read an object without TLS, which moto has not
  expect(await aws.call('s3', 'list_objects_v2', { Bucket })).toMatchObject({ Contents: [{ Key, Size: 24 }] });
});

test('what a destroy keeps goes with it, and with what it holds, once that is asked for', async () => {
  const { aws, engine } = place();
  const { codeStore, imageRegistry } = dev ?? {};
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', size: 2, digest: `sha256:${'0'.repeat(64)}` };
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] });
  const repositoryName = imageRegistry?.functionsRepository;
  await aws.call('ecr', 'put_image', { repositoryName, imageManifest, imageTag: 'default-hello-1' });
  await engine.run('config', 'set', 'keepOnDestroy', 'false', ...stack);
  for (const verb of ['up', 'destroy']) {
    const { exitCode, output } = await engine.run(verb, ...stack, ...change);
    expect(exitCode === 0 ? '' : output).toBe('');
  }
  await expect(aws.call('s3', 'head_bucket', { Bucket: codeStore?.bucket })).rejects.toThrow('404');
  expect(await aws.call('ecr', 'describe_repositories')).toEqual({ repositories: [] });
  const secrets = await aws.call('secretsmanager', 'list_secrets', { IncludePlannedDeletion: true });
  expect(secrets).toEqual({ SecretList: [] });
});
