import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isThere } from '../../tools/real-parts/locate.ts';
import { controlPlanePart, foreignCrdsPart, pulumiPart } from '../../tools/real-parts/parts.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { readForeignCrds } from '../cluster/foreign-crds.ts';
import { makePlatformNamespaces } from '../cluster/platform-namespaces.ts';
import { type Engine, startEngine } from '../engine/engine.ts';
import { startProviders } from '../engine/shared-providers.ts';

/** Milliseconds of one preview of each program, in one round. */
export interface PreviewRound {
  readonly empty: number;
  readonly gitops: number;
  readonly direct: number;
}

/** The packages that the program loads, as Pulumi loads them, and one component: what any preview pays at least. */
const emptyProgram = `import * as pulumi from '@pulumi/pulumi';
import '@pulumi/aws';
import '@pulumi/kubernetes';
import 'cdk8s';
import 'cdk8s-plus-28';
import 'js-yaml';
import 'yaml';
import 'zod';

export const component = new pulumi.ComponentResource('knative-lambda:bench:Empty', 'empty').urn;
`;

/** What has to be made before previews can be timed; none when they can. */
export const missingForPreview = (): readonly string[] =>
  [controlPlanePart, foreignCrdsPart, pulumiPart].filter((part) => !isThere(part)).map(({ name }) => name);

async function timePreview(engine: Engine): Promise<number> {
  const begin = performance.now();
  const { exitCode, output } = await engine.run('preview', '--stack', 'pro');
  if (exitCode !== 0) throw new Error(`pulumi preview: got exit code ${exitCode}\n${output}`);
  return performance.now() - begin;
}

/** Without what spares the program of a stack a part of @pulumi/pulumi. */
function loadAsPulumiDoes(project: string): void {
  const path = join(project, 'Pulumi.yaml');
  const text = readFileSync(path, 'utf8');
  const plain = text.replace(' --import knative-lambda/lazy-closures', '');
  if (plain === text) throw new Error('Pulumi.yaml: got no lazy-closures in nodeargs');
  writeFileSync(path, plain);
}

/** Times previews of pro: an empty program, delivery by Flux and direct delivery, one after the other in each round. */
export async function timePreviews(rounds: number): Promise<readonly PreviewRound[]> {
  const controlPlane = await startControlPlane({ crds: readForeignCrds(), controllerManager: false });
  await makePlatformNamespaces(controlPlane.admin);
  const environment = { KUBECONFIG: controlPlane.kubeconfig, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
  const providers = await startProviders(environment);
  const start = (): Engine => startEngine({ ...environment, ...providers.variables });
  const [empty, gitops, direct] = [start(), start(), start()];
  try {
    writeFileSync(join(empty.project, 'infra', 'main.ts'), emptyProgram);
    loadAsPulumiDoes(empty.project);
    const change = "\nObject.assign(pro, { delivery: { ...pro.delivery, mode: 'direct' } });\n";
    appendFileSync(join(direct.project, 'stacks', 'pro.ts'), change);
    for (const engine of [empty, gitops, direct]) await engine.run('stack', 'init', 'pro');
    const measured: PreviewRound[] = [];
    for (let round = 0; round < rounds; round += 1) {
      measured.push({
        empty: await timePreview(empty),
        gitops: await timePreview(gitops),
        direct: await timePreview(direct),
      });
    }
    return measured;
  } finally {
    for (const engine of [empty, gitops, direct]) engine.dispose();
    providers.stop();
    await controlPlane.stop();
  }
}
