import type { Chart } from 'cdk8s';
import type { Environment } from '../stacks/index.ts';
import { registryHost } from './constructs/image.ts';
import { GitRepository } from './imports/flux.ts';
import { ImagePolicy, ImageRepository, ImageUpdateAutomation } from './imports/flux-image.ts';
import { names } from './workloads.ts';

type ImageAutomation = NonNullable<Environment['delivery']['imageAutomation']>;

const namespace = names.fluxNamespace;

/** Folder of this project that image automation may edit; manifests/ is written by a synth only. */
const edited = './stacks';

const messageTemplate = `chore: follow new images

{{ range .Changed.Changes }}- {{ .OldValue }} -> {{ .NewValue }}
{{ end }}`;

/**
 * Where an environment follows the images that CI pushes: the newest tag and its digest go into stacks/releases.yaml,
 * on a branch where a workflow synthesizes and opens a pull request.
 */
export function addImageAutomation(chart: Chart, environment: Environment): void {
  const { imageAutomation, kustomization } = environment.delivery;
  if (imageAutomation === undefined) {
    return;
  }
  const { name, imageRegistry } = environment;
  const { source, base, branch, tags, author } = imageAutomation;
  const labels = { environment: name };
  const metadata = { name: kustomization, namespace, labels };
  addProject(chart, imageAutomation);
  new ImageRepository(chart, `${name}-images`, {
    metadata,
    spec: {
      image: `${registryHost(environment)}/${imageRegistry.operatorRepository}`,
      interval: '1m',
      provider: imageRegistry.kind === 'ecr' ? 'aws' : 'generic',
      ...(imageRegistry.kind === 'registry' && imageRegistry.insecure ? { insecure: true } : {}),
    },
  });
  new ImagePolicy(chart, `${name}-policy`, {
    metadata,
    spec: {
      imageRepositoryRef: { name: kustomization },
      filterTags: { pattern: tags, extract: '$order' },
      policy: { numerical: { order: 'asc' } },
      // the tags that are followed are never moved
      digestReflectionPolicy: 'IfNotPresent',
    },
  });
  new ImageUpdateAutomation(chart, `${name}-updates`, {
    metadata,
    spec: {
      interval: '1m',
      sourceRef: { kind: 'GitRepository', name: source },
      policySelector: { matchLabels: labels },
      git: {
        checkout: { ref: { branch: base } },
        commit: { author, messageTemplate },
        push: { branch },
      },
      update: { path: edited, strategy: 'Setters' },
    },
  });
}

/** Where this project is kept; environments on one cluster may share it. */
function addProject(chart: Chart, { repository, source, credentialsSecret, base }: ImageAutomation): void {
  const id = `project-${source}`;
  if (chart.node.tryFindChild(id) !== undefined) {
    return;
  }
  new GitRepository(chart, id, {
    metadata: { name: source, namespace },
    spec: {
      url: repository,
      interval: '5m',
      timeout: '3m',
      ref: { branch: base },
      secretRef: { name: credentialsSecret },
    },
  });
}
