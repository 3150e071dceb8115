import { z } from 'zod';
import { duration } from './duration.ts';
import { keyReference } from './secret-reference.ts';
import { url } from './url.ts';
import { validatedBy } from './validation-rule.ts';

const slack = z
  .strictObject({
    webhookUrl: url.optional().describe('Incoming webhook'),
    webhookUrlSecretRef: keyReference.optional().describe('Incoming webhook, from a Secret'),
    botTokenSecretRef: keyReference
      .optional()
      .describe('Token of a bot that posts the request; it wins over a webhook'),
    signingSecretRef: keyReference.optional().describe('Signing secret of the Slack app, by which answers are checked'),
    channel: z.string().max(256).optional().describe('Channel that is asked; a bot needs one'),
    approvers: z
      .array(z.string().min(1).max(256))
      .max(64)
      .optional()
      .describe('Ids of the users whose answer counts, such as U012AB3CD; everybody in the channel when absent'),
    callbackUrl: url.optional().describe('Has no effect: the Slack app says where it sends answers'),
  })
  .meta(
    validatedBy({
      rule: 'has(self.webhookUrl) || has(self.webhookUrlSecretRef) || has(self.botTokenSecretRef)',
      message: 'approval.slack has no way to post: add webhookUrl, webhookUrlSecretRef or botTokenSecretRef',
      reason: 'FieldValueRequired',
    }),
  );

const custom = z.strictObject({
  endpoint: url.min(1).describe('Service that is asked, by http or https'),
  method: z
    .string()
    .max(16)
    .regex(/^[A-Z]+$/)
    .default('POST')
    .describe('HTTP method of the request; one without a body asks by query'),
  headers: z
    .record(z.string(), z.string().max(4096))
    .meta({ maxProperties: 64 })
    .optional()
    .describe('HTTP headers of the request'),
  authSecretRef: keyReference.optional().describe('Value of the Authorization header'),
  pollInterval: duration.default('10s').describe('Time between two questions for the answer, without a webhook'),
  useWebhook: z
    .boolean()
    .default(true)
    .describe('Whether the service calls back; else its answer to the request is the answer'),
  callbackUrl: url.optional().describe('Where the service is told to send the answer, default the receiver'),
});

const blockOfProvider = (['slack', 'custom'] as const).map((provider) => ({
  rule: `!has(self.providers) || !('${provider}' in self.providers) || has(self.${provider})`,
  message: `approval.providers has ${provider}: add approval.${provider}, or remove ${provider} from the list`,
  reason: 'FieldValueRequired' as const,
  fieldPath: `.${provider}`,
}));

export const approval = z
  .strictObject({
    providers: z
      .array(z.enum(['slack', 'custom']))
      .min(1)
      .max(8)
      .optional()
      .describe('Who is asked; when absent those that are described here'),
    slack: slack.optional().describe('Question in a Slack channel'),
    custom: custom.optional().describe('Question to an HTTP service'),
    timeout: duration.default('1h').describe('How long an answer is waited for'),
    timeoutAction: z
      .enum(['approve', 'reject', 'pending'])
      .default('pending')
      .describe('What counts as the answer after the timeout'),
    requireAll: z.boolean().default(false).describe('Whether every provider has to approve, and not one of them'),
  })
  .meta(validatedBy(...blockOfProvider));
