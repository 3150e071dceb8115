import type { z } from 'zod';
import { agentSpec } from './agent-spec.ts';
import { agentStatus } from './agent-status.ts';
import { functionSpec } from './function-spec.ts';
import { functionStatus } from './function-status.ts';
import { group, kinds, version, type Kind } from './group.ts';
import { labels } from './labels.ts';
import { printerColumns, type PrinterColumn } from './printer-columns.ts';
import { toStructuralSchema, type StructuralSchema } from './structural-schema.ts';
import { validatedBy } from './validation-rule.ts';

interface CustomResourceDefinitionNames {
  readonly kind: Kind;
  readonly listKind: `${Kind}List`;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

interface CustomResourceDefinitionVersion {
  readonly name: typeof version;
  readonly served: true;
  readonly storage: true;
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
  readonly subresources: { readonly status: Record<string, never> };
  readonly additionalPrinterColumns: readonly PrinterColumn[];
}

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly group: typeof group;
    readonly names: CustomResourceDefinitionNames;
    readonly scope: 'Namespaced';
    readonly versions: readonly [CustomResourceDefinitionVersion];
  };
}

interface Definition {
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
}

const definitions = {
  LambdaFunction: {
    plural: 'lambdafunctions',
    shortNames: ['lf', 'lfunc'],
    description: 'A function: code or an image that runs on events and requests, and scales to zero.',
    spec: functionSpec,
    status: functionStatus,
  },
  LambdaAgent: {
    plural: 'lambdaagents',
    shortNames: ['la', 'lagent'],
    description: 'An agent: an image with a model, woken by events and requests.',
    spec: agentSpec,
    status: agentStatus,
  },
} as const satisfies Record<Kind, Definition>;

/** The Knative Service and its revisions take the name, so it is a DNS-1035 label. */
const nameRule = validatedBy({
  rule: "self.metadata.name.size() <= 63 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
  message:
    'metadata.name names a Knative Service: use at most 63 lower-case letters, digits and hyphens, a letter first and no hyphen last',
  fieldPath: '.metadata.name',
});

function rootSchema({ description, spec, status }: Definition): StructuralSchema {
  return {
    description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { description: 'Version of the schema of this object.', type: 'string' },
      kind: { description: 'Kind of this object.', type: 'string' },
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
      spec: { description: 'What is wanted.', ...toStructuralSchema(spec) },
      status: { description: 'What the operator has seen and done.', ...toStructuralSchema(status) },
    },
    'x-kubernetes-validations': [...nameRule['x-kubernetes-validations']],
  };
}

/** `lambdafunctions.lambda.knative.io`: cheap, where the schema is not needed. */
export function definitionName(kind: Kind): string {
  return `${definitions[kind].plural}.${group}`;
}

/** Builds the CustomResourceDefinition of one kind: the same input gives the same object, keys in the same order. */
export function buildCustomResourceDefinition(kind: Kind): CustomResourceDefinition {
  const definition = definitions[kind];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: definitionName(kind),
      labels: {
        [labels.appName]: 'knative-lambda',
        [labels.appPartOf]: 'knative-lambda',
        [labels.appComponent]: 'crd',
      },
      annotations: {
        // Flux would otherwise replace ${…} in descriptions and delete every object with the CRD.
        'kustomize.toolkit.fluxcd.io/prune': 'disabled',
        'kustomize.toolkit.fluxcd.io/substitute': 'disabled',
      },
    },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural: definition.plural,
        singular: kind.toLowerCase(),
        shortNames: definition.shortNames,
        categories: ['lambda'],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema(definition) },
          subresources: { status: {} },
          additionalPrinterColumns: printerColumns[kind],
        },
      ],
    },
  };
}

export function customResourceDefinitions(): readonly CustomResourceDefinition[] {
  return kinds.map(buildCustomResourceDefinition);
}
