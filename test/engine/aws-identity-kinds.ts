import type { AwsClient } from './aws-client.ts';
import { type AwsKind, documentOf, listOf, objectOf, readTags, tagList, textOf } from './aws-kind.ts';

const openIdConnectProvider: AwsKind = {
  fixed: ['url'],
  create: async (aws, inputs) => {
    const { OpenIDConnectProviderArn: arn } = await aws.call('iam', 'create_open_id_connect_provider', {
      Url: inputs['url'],
      ClientIDList: inputs['clientIdLists'],
      Tags: tagList(inputs),
    });
    return { id: textOf(arn), arn };
  },
  update: async (aws, inputs, { arn }) => {
    const parameters = { OpenIDConnectProviderArn: arn, Tags: tagList(inputs) };
    await aws.call('iam', 'tag_open_id_connect_provider', parameters);
  },
  read: async (aws, { arn }) => {
    const found = await aws.call('iam', 'get_open_id_connect_provider', { OpenIDConnectProviderArn: arn });
    return { clientIdLists: found['ClientIDList'], tags: readTags(found['Tags']) };
  },
  remove: async (aws, { arn }) => {
    await aws.call('iam', 'delete_open_id_connect_provider', { OpenIDConnectProviderArn: arn });
  },
};

async function olderVersions(aws: AwsClient, arn: unknown): Promise<readonly unknown[]> {
  const { Versions } = await aws.call('iam', 'list_policy_versions', { PolicyArn: arn });
  return listOf(Versions)
    .filter(({ IsDefaultVersion }) => IsDefaultVersion !== true)
    .map(({ VersionId }) => VersionId);
}

async function removeOlderVersions(aws: AwsClient, arn: unknown): Promise<void> {
  for (const VersionId of await olderVersions(aws, arn)) {
    await aws.call('iam', 'delete_policy_version', { PolicyArn: arn, VersionId });
  }
}

const policy: AwsKind = {
  fixed: ['name'],
  create: async (aws, inputs) => {
    const parameters = { PolicyName: inputs['name'], PolicyDocument: inputs['policy'], Tags: tagList(inputs) };
    const { Arn: arn } = objectOf((await aws.call('iam', 'create_policy', parameters))['Policy']);
    return { id: textOf(arn), arn };
  },
  update: async (aws, inputs, { arn }) => {
    const parameters = { PolicyArn: arn, PolicyDocument: inputs['policy'], SetAsDefault: true };
    await aws.call('iam', 'create_policy_version', parameters);
    await aws.call('iam', 'tag_policy', { PolicyArn: arn, Tags: tagList(inputs) });
    await removeOlderVersions(aws, arn);
  },
  read: async (aws, { arn, policy: known }) => {
    const { DefaultVersionId: VersionId, Tags } = objectOf(
      (await aws.call('iam', 'get_policy', { PolicyArn: arn }))['Policy'],
    );
    const { PolicyVersion } = await aws.call('iam', 'get_policy_version', { PolicyArn: arn, VersionId });
    return { policy: documentOf(known, objectOf(PolicyVersion)['Document']), tags: readTags(Tags) };
  },
  remove: async (aws, { arn }) => {
    await removeOlderVersions(aws, arn);
    await aws.call('iam', 'delete_policy', { PolicyArn: arn });
  },
};

const role: AwsKind = {
  fixed: ['name'],
  create: async (aws, inputs) => {
    const { name: RoleName, assumeRolePolicy } = inputs;
    const { Role } = await aws.call('iam', 'create_role', {
      RoleName,
      AssumeRolePolicyDocument: assumeRolePolicy,
      MaxSessionDuration: inputs['maxSessionDuration'],
      PermissionsBoundary: inputs['permissionsBoundary'],
      Tags: tagList(inputs),
    });
    // moto looks at the document only here
    await aws.call('iam', 'update_assume_role_policy', { RoleName, PolicyDocument: assumeRolePolicy });
    return { id: textOf(RoleName), arn: objectOf(Role)['Arn'] };
  },
  update: async (aws, inputs) => {
    const { name: RoleName, maxSessionDuration: MaxSessionDuration } = inputs;
    const PolicyDocument = inputs['assumeRolePolicy'];
    await aws.call('iam', 'update_assume_role_policy', { RoleName, PolicyDocument });
    await aws.call('iam', 'update_role', { RoleName, MaxSessionDuration });
    const PermissionsBoundary = inputs['permissionsBoundary'];
    await aws.call('iam', 'put_role_permissions_boundary', { RoleName, PermissionsBoundary });
    await aws.call('iam', 'tag_role', { RoleName, Tags: tagList(inputs) });
  },
  read: async (aws, { name, assumeRolePolicy }) => {
    const found = objectOf((await aws.call('iam', 'get_role', { RoleName: name }))['Role']);
    return {
      assumeRolePolicy: documentOf(assumeRolePolicy, found['AssumeRolePolicyDocument']),
      maxSessionDuration: found['MaxSessionDuration'],
      permissionsBoundary: objectOf(found['PermissionsBoundary'] ?? {})['PermissionsBoundaryArn'] ?? '',
      tags: readTags(found['Tags']),
    };
  },
  remove: async (aws, { name }) => {
    await aws.call('iam', 'delete_role', { RoleName: name });
  },
};

const rolePolicy: AwsKind = {
  fixed: ['name', 'role'],
  create: async (aws, { name, role: RoleName, policy: PolicyDocument }) => {
    await aws.call('iam', 'put_role_policy', { RoleName, PolicyName: name, PolicyDocument });
    return { id: `${textOf(RoleName)}:${textOf(name)}` };
  },
  read: async (aws, { name, role: RoleName, policy: known }) => {
    const { PolicyDocument } = await aws.call('iam', 'get_role_policy', { RoleName, PolicyName: name });
    return { policy: documentOf(known, PolicyDocument) };
  },
  remove: async (aws, { name, role: RoleName }) => {
    await aws.call('iam', 'delete_role_policy', { RoleName, PolicyName: name });
  },
};

export const identityKinds = {
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': openIdConnectProvider,
  'aws:iam/policy:Policy': policy,
  'aws:iam/role:Role': role,
  'aws:iam/rolePolicy:RolePolicy': rolePolicy,
} as const satisfies Readonly<Record<string, AwsKind>>;
