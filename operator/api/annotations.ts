import { group } from './group.ts';

/** Every annotation key of the product's own group, by who writes it. */
export const annotations = {
  /** User: skip the build and run the operator's own image. */
  useOperatorImage: `${group}/use-operator-image`,
  /** User: run as the command receiver, with an unfiltered Trigger. */
  receiverMode: `${group}/receiver-mode`,
  /** User: `true` takes over a Knative Service of the same name that nobody owns. */
  adopt: `${group}/adopt`,
  /** User: `true` stops the build that runs; removed to build again. */
  cancelBuild: `${group}/cancel-build`,

  /** User: what a function or an agent does, for who chooses one. */
  description: `${group}/description`,
  /** User: `true` makes a function or an agent a tool of MCP; what it takes, as a JSON schema. */
  mcpTool: `${group}/mcp-tool`,
  mcpInputSchema: `${group}/mcp-input-schema`,

  /** Receiver: where the object came from. */
  createdByCloudEvent: `${group}/created-by-cloudevent`,
  cloudEventId: `${group}/cloudevent-id`,
  cloudEventSource: `${group}/cloudevent-source`,
  lastCloudEventId: `${group}/last-cloudevent-id`,
  /** Receiver: hashes of the events that were handled last, so that one that comes again has no second effect. */
  handledCloudEvents: `${group}/handled-cloudevents`,
  /** Receiver: place in time and sequence of the last event that changed the spec, and of the last that asked for a build. */
  specEventPosition: `${group}/spec-event-position`,
  buildEventPosition: `${group}/build-event-position`,

  /** Receiver: what a command asks for. */
  rebuildRequested: `${group}/rebuild-requested`,
  /** Receiver: when somebody said that the code at the source is another; RFC 3339. */
  sourceChanged: `${group}/source-changed`,
  rollbackRequested: `${group}/rollback-requested`,
  rollbackReason: `${group}/rollback-reason`,
  rollbackTarget: `${group}/rollback-target`,

  /** Receiver, then copied to the build Job and the revision: what the change is part of. */
  traceParent: `${group}/traceparent`,
  correlationId: `${group}/correlation-id`,

  /** Receiver, on an agent: what events have switched off, as JSON. */
  disabledCapabilities: `${group}/disabled-capabilities`,

  /** Operator, on the Knative Service: language and version. */
  runtime: `${group}/runtime`,
  version: `${group}/version`,
  /** Operator, on the Knative Service: revision whose template a rollback brought back, which Knative may remove since. */
  pinnedTo: `${group}/pinned-to`,

  /** Operator, on the build Job: push reference, SHA-256 of the content, registry to pull from. */
  imageUri: `${group}/image-uri`,
  contentHash: `${group}/content-hash`,
  pullRegistry: `${group}/pull-registry`,

  /** Operator, on the revision template: Secrets and ConfigMaps that it names, each with its version. */
  references: `${group}/references`,
  /** Operator, on the revision template of an agent: its instructions, which are mounted as a file. */
  systemPrompt: `${group}/system-prompt`,
  /** Operator, on what it applies: hash of all that it asks for. */
  appliedHash: `${group}/applied-hash`,
} as const;
