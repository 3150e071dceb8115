import { z } from 'zod';
import { agentEventing } from './agent-eventing.ts';
import { ai } from './ai.ts';
import { approval } from './approval.ts';
import { behavior } from './behavior.ts';
import { budget } from './budget.ts';
import {
  containerArguments,
  containerCommand,
  imageDigest,
  imageRepository,
  imageTag,
  pullPolicy,
  pullSecretNames,
} from './container-image.ts';
import { environmentVariables } from './environment-variable.ts';
import { port } from './integer.ts';
import { dnsSubdomain } from './kubernetes-name.ts';
import { memory } from './memory.ts';
import { agentObservability } from './observability.ts';
import { permissions } from './permissions.ts';
import { agentResources } from './resource-requirements.ts';
import { agentScaling } from './scaling.ts';
import { validatedBy } from './validation-rule.ts';

const agentImage = z.strictObject({
  repository: imageRepository.describe('Image without tag or digest'),
  tag: imageTag.default('latest').describe('Tag, read when there is no digest'),
  digest: imageDigest.optional().describe('`sha256:` and 64 hexadecimal digits; wins over the tag'),
  port: port.default(8080).describe('Port the container listens on, also probed and scraped'),
  pullPolicy: pullPolicy.default('IfNotPresent').describe('When the image is pulled'),
  imagePullSecrets: pullSecretNames.optional().describe('Names of the Secrets to pull with'),
  command: containerCommand.optional().describe('Replaces the entrypoint of the image'),
  args: containerArguments.optional().describe('Replaces the arguments of the image'),
});

export const agentSpec = z
  .strictObject({
    image: agentImage.describe('Image of the agent; it is never built'),
    serviceAccountName: dnsSubdomain.optional().describe('ServiceAccount the pods run as; it must exist'),
    ai: ai.optional().describe('The model'),
    behavior: behavior.optional().describe('How the agent answers'),
    operationMode: z
      .enum(['agentic', 'supervised'])
      .default('agentic')
      .describe('Whether the agent acts alone or asks for approval'),
    approval: approval.optional().describe('Who approves what a supervised agent does'),
    budget: budget.optional().describe('Limits of what calls of the model may use, metered in the pod'),
    env: environmentVariables.optional().describe('Environment variables of the agent; they win over injected ones'),
    scaling: agentScaling.optional().describe('How many pods run'),
    resources: agentResources.optional().describe('What a pod gets'),
    eventing: agentEventing.optional().describe('Events that wake the agent; off when absent'),
    observability: agentObservability.optional().describe('Spans, metrics and log lines'),
    permissions: permissions.optional().describe('Limits on what the agent may do itself'),
    memory: memory.optional().describe('What the agent remembers'),
  })
  .meta(
    validatedBy(
      {
        rule: '!has(self.serviceAccountName) || !has(self.permissions) || !has(self.permissions.tier)',
        message:
          'permissions.tier is given to an account that the operator makes: remove serviceAccountName, or the tier',
        reason: 'FieldValueInvalid',
        fieldPath: '.permissions.tier',
      },
      {
        rule: "!has(self.operationMode) || self.operationMode != 'supervised' || has(self.approval)",
        message: 'operationMode is supervised: add approval with at least one provider, or use agentic',
        reason: 'FieldValueRequired',
        fieldPath: '.approval',
      },
      {
        rule: "!has(self.budget) || (has(self.ai) && (self.ai.provider in ['openai', 'anthropic'] || (self.ai.provider == 'ollama' && has(self.ai.endpoint) && self.ai.endpoint != '')))",
        message: 'a budget is metered on the way to the model: add ai with a provider, for ollama with its endpoint',
        reason: 'FieldValueRequired',
        fieldPath: '.ai',
      },
      {
        rule: "!has(self.budget) || !has(self.ai) || !has(self.ai.endpoint) || self.ai.endpoint == '' || self.ai.endpoint.matches('^https?://')",
        message: 'a budget is metered over HTTP: begin ai.endpoint with http:// or https://',
        reason: 'FieldValueInvalid',
        fieldPath: '.ai',
      },
    ),
  );
