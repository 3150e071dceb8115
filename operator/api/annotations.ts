import { group } from './group.ts';

/** Every annotation key of the product's own group, by who writes it. */
export const annotations = {
  /** User: skip the build and run the operator's own image. */
  useOperatorImage: `${group}/use-operator-image`,
  /** User: run as the command receiver, with an unfiltered Trigger. */
  receiverMode: `${group}/receiver-mode`,

  /** Receiver: where the object came from. */
  createdByCloudEvent: `${group}/created-by-cloudevent`,
  cloudEventId: `${group}/cloudevent-id`,
  cloudEventSource: `${group}/cloudevent-source`,
  lastCloudEventId: `${group}/last-cloudevent-id`,

  /** Receiver: what a command asks for. */
  rebuildRequested: `${group}/rebuild-requested`,
  rollbackRequested: `${group}/rollback-requested`,
  rollbackReason: `${group}/rollback-reason`,
  rollbackTarget: `${group}/rollback-target`,

  /** Operator, on the Knative Service: language and version. */
  runtime: `${group}/runtime`,
  version: `${group}/version`,

  /** Operator, on the build Job: push reference, SHA-256 of the content, registry to pull from. */
  imageUri: `${group}/image-uri`,
  contentHash: `${group}/content-hash`,
  pullRegistry: `${group}/pull-registry`,
} as const;
