import { isInCloud, recordCloud } from '../../infra/index.ts';
import { type Environment, readEnvironments } from '../../stacks/index.ts';

/** Documents of AWS are texts to Pulumi; a reader and a diff want them open. */
function open(value: unknown): unknown {
  if (typeof value === 'string' && /^[[{].*[\]}]$/.test(value)) {
    const document: unknown = JSON.parse(value);
    return document;
  }
  if (Array.isArray(value)) {
    return value.map(open);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, open(one)]))
    : value;
}

/** AWS resources of each environment that has any, by path in manifests/: what a review reads and diffs. */
export async function cloudFiles(
  environments: readonly Environment[] = readEnvironments(),
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const environment of environments.filter(isInCloud)) {
    const resources = await recordCloud(environment);
    files.set(`${environment.name}/cloud.json`, `${JSON.stringify(resources.map(open), null, 2)}\n`);
  }
  return files;
}
