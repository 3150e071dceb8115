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
const pod = z.object({ containers: z.tuple([container]) });
/** A Deployment or a Knative Service. */
const workload = z.object({
  kind: z.enum(['Deployment', 'Service']),
  spec: z.object({ template: z.object({ spec: pod }) }),
});

/** What the kubelet hands over to a program; values of the pod itself are `from-the-pod`. */
interface Deployed {
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

export const deployedController = (environment: string): Deployed => deployed(environment, 'operator.yaml');

export const deployedReceiver = (environment: string): Deployed => deployed(environment, 'receiver.yaml');

function deployed(environment: string, file: string): Deployed {
  const find = <Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema> => {
    const text = readFileSync(join(projectRoot, 'manifests', environment, name), 'utf8');
    const objects = parseAllDocuments(text).map((document): unknown => document.toJS());
    return schema.parse(objects.find((object) => schema.safeParse(object).success));
  };
  const [{ args, env }] = find(file, workload).spec.template.spec.containers;
  const own = env.map(({ name, value }) => [name, value ?? 'from-the-pod']);
  const variables: Readonly<Record<string, string>> = {
    ...find('operator.yaml', configMap).data,
    ...Object.fromEntries(own),
  };
  return { args, variables };
}
