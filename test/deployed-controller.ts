import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../stacks/index.ts';

const configMap = z.object({ kind: z.literal('ConfigMap'), data: z.record(z.string(), z.string()) });
const container = z.object({
  args: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })),
});
const deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.tuple([container]) }) }) }),
});

/** What the kubelet hands over to the controller of an environment; values of the pod itself are `from-the-pod`. */
export function deployedController(environment: string): {
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
} {
  const text = readFileSync(join(projectRoot, 'manifests', environment, 'operator.yaml'), 'utf8');
  const objects = parseAllDocuments(text).map((document): unknown => document.toJS());
  const parse = <Schema extends z.ZodType>(schema: Schema): z.output<Schema> =>
    schema.parse(objects.find((object) => schema.safeParse(object).success));
  const [{ args, env }] = parse(deployment).spec.template.spec.containers;
  const own = env.map(({ name, value }) => [name, value ?? 'from-the-pod']);
  const variables: Readonly<Record<string, string>> = { ...parse(configMap).data, ...Object.fromEntries(own) };
  return { args, variables };
}
