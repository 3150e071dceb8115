import { isMutableTag } from '../../stacks/index.ts';
import { ofKind } from './manifest.ts';
import type { Output } from './output.ts';

interface Image {
  readonly where: string;
  readonly reference: string;
}

/** Repositories whose images are no longer served. */
const deadRepositories = ['gcr.io/kaniko-project/'];

function imagesOf({ manifests, templates }: Output): readonly Image[] {
  const running = templates.flatMap(({ source, spec }) =>
    [...spec.initContainers, ...spec.containers].map(({ image }) => ({ where: source, reference: image })),
  );
  const configured = ofKind(manifests, 'ConfigMap').flatMap((map) =>
    Object.entries(map['data'] ?? {}).flatMap(([key, value]) =>
      key.endsWith('_IMAGE') ? [{ where: `ConfigMap ${map.metadata.name} key ${key}`, reference: String(value) }] : [],
    ),
  );
  return [...running, ...configured];
}

/** Outside development an image is named by digest, or by a tag that is never moved. */
export function imageFaults(output: Output): readonly string[] {
  const mayMove = output.environment.role === 'development' || output.environment.role === 'light-development';
  return imagesOf(output).flatMap(({ where, reference }) => {
    if (deadRepositories.some((repository) => reference.startsWith(repository))) {
      return [`${where}: got image ${reference}, whose repository is no longer served; take another one`];
    }
    const tag = reference.split('@')[0]?.split('/').at(-1)?.split(':')[1];
    const isMutable = !reference.includes('@sha256:') && (tag === undefined || isMutableTag(tag));
    return isMutable && !mayMove
      ? [`${where}: got image ${reference}, allowed a digest or a version tag; set it in stacks/releases.yaml`]
      : [];
  });
}
