import type { LambdaFunction } from '../api/index.ts';
import { type AppliedKnativeService, buildKnativeService, type KnativeService } from '../specs/knative-service.ts';
import { type ReferencedObjects, referenceVersions } from '../specs/reference.ts';
import { referencesOf } from './references.ts';
import type { Pin } from './pin.ts';
import type { FunctionSettings } from './settings.ts';

export interface ServingAsk {
  /** `repository@digest` of a build, or what the source names. */
  readonly image: string;
  readonly pin: Pin;
  readonly live: KnativeService | undefined;
  readonly objects: ReferencedObjects;
}

/** The Knative Service of a function with this image, or with what a rollback names. */
export function serviceObject(
  fn: LambdaFunction,
  { image, live, objects, pin }: ServingAsk,
  settings: FunctionSettings,
): AppliedKnativeService {
  return buildKnativeService({
    function: fn,
    image: pin.kind === 'image' ? `${image.replace(/@.*$|:[^/:]*$/, '')}@${pin.digest}` : image,
    settings: settings.serving,
    references: referenceVersions(referencesOf(fn.spec), objects, live),
    pinned: pin.kind === 'revision' ? pin.revision : undefined,
    live,
  });
}
