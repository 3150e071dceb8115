import type { Volume, VolumeMount, VolumeProjection } from 'kubernetes-types/core/v1.d.ts';
import { annotations } from '../api/index.ts';
import { promptFile, promptFolder, type SystemPrompt } from './prompt.ts';

/** The file with the instructions. */
export function promptVolume(prompt: SystemPrompt): Volume {
  return { name: 'prompt', projected: { sources: [sourceOf(prompt)] } };
}

export const promptMount: VolumeMount = { name: 'prompt', mountPath: promptFolder, readOnly: true };

function sourceOf(prompt: SystemPrompt): VolumeProjection {
  switch (prompt.kind) {
    case 'text':
      return ofRevision;
    case 'configMap':
      return { configMap: { name: prompt.name, items: [{ key: prompt.key, path: promptFile }] } };
  }
}

/**
 * The file is the annotation of the revision: it changes with it, and nothing else has to be kept or removed.
 * Knative takes it since 1.11, https://github.com/knative/serving/pull/13896.
 */
const ofRevision: VolumeProjection = {
  downwardAPI: {
    items: [{ path: promptFile, fieldRef: { fieldPath: `metadata.annotations['${annotations.systemPrompt}']` } }],
  },
};
