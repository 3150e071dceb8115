import type { AwsProperties } from './aws-client.ts';
import { type AwsKind, documentOf, listOf, objectOf, readTags, tagList, textOf } from './aws-kind.ts';

/** Attributes of SQS are texts. */
function queueAttributes(inputs: AwsProperties): AwsProperties {
  const attributes = {
    MessageRetentionPeriod: inputs['messageRetentionSeconds'],
    ReceiveMessageWaitTimeSeconds: inputs['receiveWaitTimeSeconds'],
    VisibilityTimeout: inputs['visibilityTimeoutSeconds'],
    SqsManagedSseEnabled: inputs['sqsManagedSseEnabled'],
    RedrivePolicy: inputs['redrivePolicy'],
  };
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

const queue: AwsKind = {
  fixed: ['name'],
  create: async (aws, inputs) => {
    const QueueName = inputs['name'];
    const parameters = { QueueName, Attributes: queueAttributes(inputs), tags: inputs['tags'] ?? {} };
    const { QueueUrl } = await aws.call('sqs', 'create_queue', parameters);
    const { Attributes } = await aws.call('sqs', 'get_queue_attributes', { QueueUrl, AttributeNames: ['QueueArn'] });
    return { id: textOf(QueueUrl), url: QueueUrl, arn: objectOf(Attributes)['QueueArn'] };
  },
  update: async (aws, inputs, { url: QueueUrl }) => {
    await aws.call('sqs', 'set_queue_attributes', { QueueUrl, Attributes: queueAttributes(inputs) });
    await aws.call('sqs', 'tag_queue', { QueueUrl, Tags: inputs['tags'] ?? {} });
  },
  read: async (aws, { url: QueueUrl, redrivePolicy }) => {
    const { Attributes } = await aws.call('sqs', 'get_queue_attributes', { QueueUrl, AttributeNames: ['All'] });
    const { Tags } = await aws.call('sqs', 'list_queue_tags', { QueueUrl });
    const live = objectOf(Attributes);
    return {
      messageRetentionSeconds: Number(live['MessageRetentionPeriod']),
      receiveWaitTimeSeconds: Number(live['ReceiveMessageWaitTimeSeconds']),
      visibilityTimeoutSeconds: Number(live['VisibilityTimeout']),
      ...(redrivePolicy === undefined
        ? {}
        : { redrivePolicy: documentOf(redrivePolicy, live['RedrivePolicy'] ?? '{}') }),
      tags: Tags ?? {},
    };
  },
  remove: async (aws, { url: QueueUrl }) => {
    await aws.call('sqs', 'delete_queue', { QueueUrl });
  },
};

const queuePolicy: AwsKind = {
  fixed: ['queueUrl'],
  create: async (aws, { queueUrl: QueueUrl, policy }) => {
    await aws.call('sqs', 'set_queue_attributes', { QueueUrl, Attributes: { Policy: policy } });
    return { id: textOf(QueueUrl) };
  },
  read: async (aws, { queueUrl: QueueUrl, policy }) => {
    const { Attributes } = await aws.call('sqs', 'get_queue_attributes', { QueueUrl, AttributeNames: ['Policy'] });
    return { policy: documentOf(policy, objectOf(Attributes)['Policy'] ?? '{}') };
  },
  remove: async (aws, { queueUrl: QueueUrl }) => {
    await aws.call('sqs', 'set_queue_attributes', { QueueUrl, Attributes: { Policy: '' } });
  },
};

const eventRule: AwsKind = {
  fixed: ['name'],
  create: async (aws, inputs) => {
    const { RuleArn } = await aws.call('events', 'put_rule', {
      Name: inputs['name'],
      Description: inputs['description'],
      EventPattern: inputs['eventPattern'],
      Tags: tagList(inputs),
    });
    return { id: textOf(inputs['name']), arn: RuleArn };
  },
  read: async (aws, { name, arn, eventPattern }) => {
    const { Description, EventPattern } = await aws.call('events', 'describe_rule', { Name: name });
    const { Tags } = await aws.call('events', 'list_tags_for_resource', { ResourceARN: arn });
    return { description: Description, eventPattern: documentOf(eventPattern, EventPattern), tags: readTags(Tags) };
  },
  remove: async (aws, { name }) => {
    await aws.call('events', 'delete_rule', { Name: name });
  },
};

const targetId = 'pulumi';

const eventTarget: AwsKind = {
  fixed: ['rule'],
  create: async (aws, { rule, arn }) => {
    await aws.call('events', 'put_targets', { Rule: rule, Targets: [{ Id: targetId, Arn: arn }] });
    return { id: `${textOf(rule)}-${targetId}` };
  },
  read: async (aws, { rule }) => {
    const { Targets } = await aws.call('events', 'list_targets_by_rule', { Rule: rule });
    return { arn: listOf(Targets).find(({ Id }) => Id === targetId)?.['Arn'] ?? '' };
  },
  remove: async (aws, { rule }) => {
    await aws.call('events', 'remove_targets', { Rule: rule, Ids: [targetId] });
  },
};

export const eventKinds = {
  'aws:cloudwatch/eventRule:EventRule': eventRule,
  'aws:cloudwatch/eventTarget:EventTarget': eventTarget,
  'aws:sqs/queue:Queue': queue,
  'aws:sqs/queuePolicy:QueuePolicy': queuePolicy,
} as const satisfies Readonly<Record<string, AwsKind>>;
