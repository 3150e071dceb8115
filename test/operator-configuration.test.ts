import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readConfig, usage } from '../operator/config.ts';
import { projectRoot, readEnvironments } from '../stacks/index.ts';

const configMap = z.object({ kind: z.literal('ConfigMap'), data: z.record(z.string(), z.string()) });
const container = z.object({
  args: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })),
});
const deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.tuple([container]) }) }) }),
});

/** Arguments and variables of the controller, as the kubelet would hand them over. */
function controllerOf(environment: string) {
  const text = readFileSync(join(projectRoot, 'manifests', environment, 'operator.yaml'), 'utf8');
  const objects = parseAllDocuments(text).map((document): unknown => document.toJS());
  const parse = <Schema extends z.ZodType>(schema: Schema): z.output<Schema> =>
    schema.parse(objects.find((object) => schema.safeParse(object).success));
  const [{ args, env }] = parse(deployment).spec.template.spec.containers;
  const own = env.map(({ name, value }) => [name, value ?? 'from-the-pod']);
  const variables: Readonly<Record<string, string>> = { ...parse(configMap).data, ...Object.fromEntries(own) };
  return { args, variables };
}

const environments = readEnvironments().map(({ name }) => name);

/** Variables that the manifests set and no program reads yet; a part that reads its own takes them out of here. */
const waiting = [
  'AWS_REGION',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'BUILDER',
  'BUILDER_IMAGE',
  'BUILD_DEFAULT_REGISTRY',
  'BUILD_INSECURE_REGISTRY',
  'BUILD_PULL_REGISTRY',
  'BUILD_REPOSITORY',
  'DEFAULT_NAMESPACE',
  'ECR_REGISTRY',
  'ECR_REPOSITORY',
  'ENFORCE_USABLE_BY',
  'MAX_CONCURRENT_JOBS',
  'MINIO_BUCKET',
  'MINIO_ENDPOINT',
  'MINIO_SECRET',
  'RABBITMQ_BUILD_QUEUE',
  'RABBITMQ_HOST',
  'RABBITMQ_RESULT_QUEUE',
  'RABBITMQ_SERVICE_QUEUE',
  'RABBITMQ_VHOST',
  'S3_BUCKET',
  'S3_PREFIX',
  'WATCH_SECRET_VERSIONS',
];

describe('the manifests', () => {
  test.each(environments)('of %s give the controller flags and variables that it takes', (name) => {
    const { args, variables } = controllerOf(name);
    expect(readConfig(args, variables)).toMatchObject({
      mode: 'controller',
      metricsAddress: { port: 8080 },
      healthAddress: { port: 8081 },
      leaderElection: { kind: 'lease', namespace: 'from-the-pod', name: 'knative-lambda-operator' },
      tracing: { kind: 'otlp', endpoint: 'http://tempo.tempo.svc:4318', program: { environment: name } },
    });
  });

  test('set no variable that no program reads, but for those that wait for one', () => {
    const set = new Set(environments.flatMap((name) => Object.keys(controllerOf(name).variables)));
    const unread = [...set].filter((name) => !new RegExp(String.raw`\b${name}\b`).test(usage));
    expect(unread.toSorted()).toEqual(waiting);
  });
});
