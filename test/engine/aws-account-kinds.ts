import type { AwsClient } from './aws-client.ts';
import { type AwsKind, listOf, objectOf, readTags, tagList, textOf, textsOf } from './aws-kind.ts';

const secret: AwsKind = {
  fixed: ['name'],
  create: async (aws, inputs) => {
    const { ARN: arn } = await aws.call('secretsmanager', 'create_secret', {
      Name: inputs['name'],
      Tags: tagList(inputs),
    });
    return { id: textOf(arn), arn };
  },
  update: async (aws, inputs, { arn: SecretId }) => {
    await aws.call('secretsmanager', 'tag_resource', { SecretId, Tags: tagList(inputs) });
  },
  read: async (aws, { arn: SecretId }) => ({
    tags: readTags((await aws.call('secretsmanager', 'describe_secret', { SecretId }))['Tags']),
  }),
  remove: async (aws, { arn: SecretId, recoveryWindowInDays: RecoveryWindowInDays }) => {
    const end = RecoveryWindowInDays === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays };
    await aws.call('secretsmanager', 'delete_secret', { SecretId, ...end });
  },
};

async function accountOf(aws: AwsClient): Promise<unknown> {
  return (await aws.call('sts', 'get_caller_identity'))['Account'];
}

const budget: AwsKind = {
  fixed: ['name', 'budgetType', 'timeUnit', 'notifications', 'costFilters', 'limitAmount', 'limitUnit'],
  create: async (aws, inputs) => {
    const AccountId = await accountOf(aws);
    await aws.call('budgets', 'create_budget', {
      AccountId,
      Budget: {
        BudgetName: inputs['name'],
        BudgetType: inputs['budgetType'],
        TimeUnit: inputs['timeUnit'],
        BudgetLimit: { Amount: inputs['limitAmount'], Unit: inputs['limitUnit'] },
        CostFilters: Object.fromEntries(
          listOf(inputs['costFilters']).map(({ name, values }) => [textOf(name), values]),
        ),
      },
      NotificationsWithSubscribers: listOf(inputs['notifications']).map((notification) => ({
        Notification: {
          ComparisonOperator: notification['comparisonOperator'],
          NotificationType: notification['notificationType'],
          Threshold: notification['threshold'],
          ThresholdType: notification['thresholdType'],
        },
        Subscribers: textsOf(notification['subscriberEmailAddresses']).map((Address) => ({
          SubscriptionType: 'EMAIL',
          Address,
        })),
      })),
    });
    return { id: `${textOf(AccountId)}:${textOf(inputs['name'])}` };
  },
  read: async (aws, { name: BudgetName }) => {
    const AccountId = await accountOf(aws);
    const { Budget } = await aws.call('budgets', 'describe_budget', { AccountId, BudgetName });
    const { Amount, Unit } = objectOf(objectOf(Budget)['BudgetLimit']);
    return { limitAmount: Amount, limitUnit: Unit };
  },
  remove: async (aws, { name: BudgetName }) => {
    await aws.call('budgets', 'delete_budget', { AccountId: await accountOf(aws), BudgetName });
  },
};

export const accountKinds = {
  'aws:budgets/budget:Budget': budget,
  'aws:secretsmanager/secret:Secret': secret,
} as const satisfies Readonly<Record<string, AwsKind>>;
