import * as pulumi from '@pulumi/pulumi';
import { readReleases } from '../stacks/index.ts';
import { readSealedSecrets, sealedFolder, synthesizeEnvironment } from '../charts/index.ts';
import type { CloudEnvironment } from './names.ts';

/** A resource that the program registers for an environment, as it asks for it. */
export interface CloudResource {
  readonly type: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const issuerOfEks = (cluster: string): string => `https://oidc.eks.invalid/id/${cluster}`;

/** What AWS would answer, as far as names decide it; nothing is asked. */
class Recorder implements pulumi.runtime.Mocks {
  readonly resources: CloudResource[] = [];

  newResource({ type, name, inputs }: pulumi.runtime.MockResourceArgs): { id: string; state: Record<string, unknown> } {
    if (type.startsWith('aws:')) {
      this.resources.push({ type, name, properties: inputs });
    }
    const own: unknown = inputs['name'] ?? inputs['bucket'] ?? name;
    return { id: String(own), state: { ...inputs, arn: `arn:aws:::${String(own)}`, url: `url of ${String(own)}` } };
  }

  call({ inputs }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
    return { identities: [{ oidcs: [{ issuer: issuerOfEks(String(inputs['name'])) }] }] };
  }
}

/** The AWS resources of an environment, sorted, found by running the program against a recorder instead of an engine. */
export async function recordCloud(environment: CloudEnvironment): Promise<readonly CloudResource[]> {
  const recorder = new Recorder();
  await pulumi.runtime.setMocks(recorder, 'knative-lambda', environment.name, false);
  const { Cloud } = await import('./cloud.ts');
  const sealedSecrets = readSealedSecrets(sealedFolder(environment.name));
  const { files } = synthesizeEnvironment(environment, { releases: readReleases(), sealedSecrets });
  new Cloud(environment.name, { environment, manifests: files.flatMap((file) => file.manifests) });
  await pulumi.runtime.disconnect();
  return recorder.resources.toSorted((one, other) =>
    `${one.type} ${one.name}` < `${other.type} ${other.name}` ? -1 : 1,
  );
}
