import { arns, type CloudEnvironment, names, prefixes, repositoryNames } from './names.ts';
import { type PolicyDocument, policyDocument, type Statement } from './policy-document.ts';

const pull = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const push = [...pull, 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];

/** AWS allows no narrower resource for a login; it grants nothing that the other statements do not. */
const login: Statement = {
  Sid: 'RegistryLogin',
  Effect: 'Allow',
  Action: ['ecr:GetAuthorizationToken'],
  Resource: ['*'],
};

function repositories(environment: CloudEnvironment, ...uses: readonly (keyof typeof repositoryNames)[]) {
  return uses.map((use) => arns.repository(environment, repositoryNames[use](environment)));
}

const objects = ({ codeStore }: CloudEnvironment, prefix: string): string =>
  `${arns.bucket(codeStore.bucket)}/${prefix}*`;

/** Images of public registries: the first pull makes the copy, and its repository. */
function copies(environment: CloudEnvironment): readonly Statement[] {
  const { pullThrough = [] } = environment.imageRegistry;
  return pullThrough.length === 0
    ? []
    : [
        {
          Sid: 'CopyPublicImages',
          Effect: 'Allow',
          Action: [...pull, 'ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'],
          Resource: pullThrough.map(({ prefix }) => arns.repository(environment, `${prefix}/*`)),
        },
      ];
}

/** A build reads code, pushes its image and keeps its layers; dead letters and backups are none of its business. */
export function builderPolicy(environment: CloudEnvironment): PolicyDocument {
  return policyDocument(
    login,
    {
      Sid: 'PushImages',
      Effect: 'Allow',
      Action: push,
      Resource: repositories(environment, 'functions', 'cache'),
    },
    {
      Sid: 'ReadCode',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: [objects(environment, '')],
    },
    {
      Sid: 'FindCode',
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: [arns.bucket(environment.codeStore.bucket)],
    },
    {
      Sid: 'KeepLayers',
      Effect: 'Allow',
      Action: ['s3:PutObject'],
      Resource: [objects(environment, prefixes.buildCache)],
    },
    ...copies(environment),
    {
      Sid: 'NoDeadLettersNorBackups',
      Effect: 'Deny',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: [objects(environment, prefixes.deadLetters), objects(environment, prefixes.backups)],
    },
  );
}

/** The controller looks up whether an image is still there; it reads no code. */
export function operatorPolicy(environment: CloudEnvironment): PolicyDocument {
  return policyDocument(login, {
    Sid: 'FindImages',
    Effect: 'Allow',
    Action: ['ecr:BatchGetImage', 'ecr:DescribeImages'],
    Resource: repositories(environment, 'functions'),
  });
}

const readQueue = [
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:GetQueueUrl',
  'sqs:GetQueueAttributes',
  'sqs:ChangeMessageVisibility',
];

/** The connector takes notifications from the queue, and touches nothing else. */
export function uploadsPolicy(environment: CloudEnvironment): PolicyDocument {
  return policyDocument({
    Sid: 'ReadUploads',
    Effect: 'Allow',
    Action: readQueue,
    Resource: [arns.queue(environment, names.codeQueue(environment))],
  });
}

/** The CloudEvents API keeps dead letters. */
export function receiverPolicy(environment: CloudEnvironment): PolicyDocument {
  return policyDocument(
    {
      Sid: 'KeepDeadLetters',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: [objects(environment, prefixes.deadLetters)],
    },
    {
      Sid: 'FindDeadLetters',
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: [arns.bucket(environment.codeStore.bucket)],
      Condition: { StringLike: { 's3:prefix': [`${prefixes.deadLetters}*`] } },
    },
  );
}

/** External Secrets reads what lies under the prefix; the pull Secret that it makes has the rights of this role. */
export function secretsPolicy(environment: CloudEnvironment): PolicyDocument {
  const { secrets, cluster } = environment;
  const read: readonly Statement[] =
    secrets.backend === 'external'
      ? [
          {
            Sid: 'ReadSecrets',
            Effect: 'Allow',
            Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
            Resource: [arns.secretsUnder(environment, secrets.prefix)],
          },
        ]
      : [];
  // nodes of EKS pull with a role of their own
  const pullImages: readonly Statement[] =
    cluster.distribution === 'eks'
      ? []
      : [
          login,
          {
            Sid: 'PullImages',
            Effect: 'Allow',
            Action: pull,
            Resource: repositories(environment, 'operator', 'functions'),
          },
        ];
  return policyDocument(...read, ...pullImages);
}

/** The pipeline publishes the operator's image, and no other. */
export function pipelinePolicy(environment: CloudEnvironment): PolicyDocument {
  return policyDocument(login, {
    Sid: 'PublishOperator',
    Effect: 'Allow',
    Action: push,
    Resource: repositories(environment, 'operator'),
  });
}

/** The most that any role of the environment can ever have, whatever is attached to it later. */
export function boundaryPolicy(environment: CloudEnvironment): PolicyDocument {
  const { codeStore, secrets } = environment;
  return policyDocument(
    login,
    {
      Sid: 'OwnRepositories',
      Effect: 'Allow',
      Action: [...push, 'ecr:DescribeImages'],
      Resource: repositories(environment, 'operator', 'functions', 'cache'),
    },
    ...copies(environment),
    {
      Sid: 'OwnBucket',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'],
      Resource: [arns.bucket(codeStore.bucket), objects(environment, '')],
    },
    {
      Sid: 'OwnQueue',
      Effect: 'Allow',
      Action: readQueue,
      Resource: [arns.queue(environment, names.codeQueue(environment))],
    },
    ...(secrets.backend === 'external'
      ? [
          {
            Sid: 'OwnSecrets',
            Effect: 'Allow',
            Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
            Resource: [arns.secretsUnder(environment, secrets.prefix)],
          } as const,
        ]
      : []),
  );
}
