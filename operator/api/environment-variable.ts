import { z } from 'zod';
import { quantity, quantityPattern } from './quantity.ts';
import { keyReference } from './secret-reference.ts';
import { validatedBy } from './validation-rule.ts';

const name = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[-._a-zA-Z][-._a-zA-Z0-9]*$/);

const divisor = z
  .union([z.int(), quantity])
  .meta({ 'x-kubernetes-int-or-string': true, pattern: quantityPattern.source, maxLength: 32 });

const fieldReference = z.strictObject({
  apiVersion: z.string().max(63).optional().describe('Version the path is written against; v1 when absent'),
  fieldPath: z.string().min(1).max(512).describe('Field of the pod, such as `metadata.name`'),
});

const resourceReference = z.strictObject({
  containerName: z.string().max(63).optional().describe('Container to read; this one when absent'),
  resource: z.string().min(1).max(253).describe('Resource, such as `limits.memory`'),
  divisor: divisor.optional().describe('Unit of the answer; 1 when absent'),
});

const valueSources = ['fieldRef', 'resourceFieldRef', 'secretKeyRef', 'configMapKeyRef'] as const;

const valueFrom = z
  .strictObject({
    fieldRef: fieldReference.optional().describe('Field of the pod'),
    resourceFieldRef: resourceReference.optional().describe('Request or limit of the container'),
    secretKeyRef: keyReference.optional().describe('Key of a Secret'),
    configMapKeyRef: keyReference.optional().describe('Key of a ConfigMap'),
  })
  .meta(
    validatedBy({
      rule: `[${valueSources.map((member) => `has(self.${member})`).join(', ')}].exists_one(member, member)`,
      message: `env valueFrom needs exactly one of ${valueSources.join(', ')}`,
    }),
  );

/** Names that Knative Serving itself refuses in a revision. */
const reservedNames = ['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION'];

const variable = z
  .strictObject({
    name: name.describe('Name of the variable'),
    value: z.string().max(131_072).optional().describe('Literal value; quote a number'),
    valueFrom: valueFrom.optional().describe('Where the value comes from, instead of `value`'),
  })
  .meta(
    validatedBy(
      {
        rule: "!has(self.valueFrom) || !has(self.value) || self.value == ''",
        message: 'env entry has both value and valueFrom: keep one of them',
        fieldPath: '.valueFrom',
        reason: 'FieldValueForbidden',
      },
      {
        rule: `!(self.name in [${reservedNames.map((reserved) => `'${reserved}'`).join(', ')}])`,
        message: `env names ${reservedNames.join(', ')} are set by Knative: remove the entry or use another name`,
        fieldPath: '.name',
        reason: 'FieldValueForbidden',
      },
    ),
  );

export const environmentVariables = z
  .array(variable)
  .max(256)
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] });
