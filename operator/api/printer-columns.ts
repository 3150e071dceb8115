import type { Kind } from './group.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
  /** 1 shows only with `-o wide`. */
  readonly priority?: 1 | undefined;
  readonly description: string;
}

function readyCondition(field: 'status' | 'reason') {
  return `.status.conditions[?(@.type=="Ready")].${field}`;
}

const phase = {
  name: 'Phase',
  type: 'string',
  jsonPath: '.status.phase',
  description: 'Where the object is, in one word',
} as const satisfies PrinterColumn;

const shared = [
  { name: 'URL', type: 'string', jsonPath: '.status.serviceStatus.url', description: 'Address' },
  { name: 'Ready', type: 'string', jsonPath: readyCondition('status'), description: 'Status of the condition Ready' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since creation' },
] as const satisfies readonly PrinterColumn[];

const wide = [
  {
    name: 'Revision',
    type: 'string',
    jsonPath: '.status.serviceStatus.latestRevision',
    priority: 1,
    description: 'Newest revision that is ready',
  },
  {
    name: 'Reason',
    type: 'string',
    jsonPath: readyCondition('reason'),
    priority: 1,
    description: 'Reason of the condition Ready',
  },
] as const satisfies readonly PrinterColumn[];

/** What `kubectl get` shows, left to right. */
export const printerColumns = {
  LambdaFunction: [
    phase,
    { name: 'Image', type: 'string', jsonPath: '.status.buildStatus.imageURI', description: 'Image that runs' },
    ...shared,
    { name: 'Runtime', type: 'string', jsonPath: '.spec.runtime.language', priority: 1, description: 'Language' },
    {
      name: 'Version',
      type: 'string',
      jsonPath: '.spec.runtime.version',
      priority: 1,
      description: 'Version of the language',
    },
    ...wide,
  ],
  LambdaAgent: [
    phase,
    { name: 'Image', type: 'string', jsonPath: '.spec.image.repository', description: 'Image without tag' },
    ...shared,
    {
      name: 'Provider',
      type: 'string',
      jsonPath: '.spec.ai.provider',
      priority: 1,
      description: 'Who serves the model',
    },
    { name: 'Model', type: 'string', jsonPath: '.spec.ai.model', priority: 1, description: 'Model' },
    ...wide,
  ],
} as const satisfies Record<Kind, readonly PrinterColumn[]>;
