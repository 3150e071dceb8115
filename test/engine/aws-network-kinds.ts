import { type AwsClient, AwsError, type AwsProperties } from './aws-client.ts';
import { type AwsKind, listOf, objectOf, readTags, tagList, textOf, textsOf } from './aws-kind.ts';

const sorted = (ids: unknown): readonly string[] => textsOf(ids ?? []).toSorted();

/** Ids in the order of the state where they are the same ones: AWS has sets. */
const likeState = (known: unknown, live: readonly string[]): readonly string[] =>
  sorted(known).join() === live.toSorted().join() ? textsOf(known) : live;

/** A rule of the group as AWS takes it. */
const toPermission = ({ protocol, fromPort, toPort, cidrBlocks }: AwsProperties): AwsProperties => ({
  IpProtocol: protocol,
  FromPort: fromPort,
  ToPort: toPort,
  IpRanges: textsOf(cidrBlocks).map((CidrIp) => ({ CidrIp })),
});

const fromPermission = ({ IpProtocol, FromPort, ToPort, IpRanges }: AwsProperties): AwsProperties => ({
  protocol: IpProtocol,
  fromPort: FromPort,
  toPort: ToPort,
  cidrBlocks: listOf(IpRanges).map(({ CidrIp }) => CidrIp),
});

const tagsOf = (ResourceType: string, inputs: AwsProperties): AwsProperties => ({
  TagSpecifications: [{ ResourceType, Tags: tagList(inputs) }],
});

const securityGroup: AwsKind = {
  // AWS changes the last one in place
  fixed: ['name', 'description', 'vpcId', 'ingress'],
  create: async (aws, inputs) => {
    const { GroupId } = await aws.call('ec2', 'create_security_group', {
      GroupName: inputs['name'],
      Description: inputs['description'],
      VpcId: inputs['vpcId'],
      ...tagsOf('security-group', inputs),
    });
    const IpPermissions = listOf(inputs['ingress']).map(toPermission);
    await aws.call('ec2', 'authorize_security_group_ingress', { GroupId, IpPermissions });
    return { id: textOf(GroupId), groupId: GroupId };
  },
  update: async (aws, inputs, { groupId }) => {
    await aws.call('ec2', 'create_tags', { Resources: [groupId], Tags: tagList(inputs) });
  },
  read: async (aws, { groupId }) => {
    const { SecurityGroups } = await aws.call('ec2', 'describe_security_groups', { GroupIds: [groupId] });
    const [{ IpPermissions, Tags, VpcId } = {}] = listOf(SecurityGroups);
    return { vpcId: VpcId, ingress: listOf(IpPermissions).map(fromPermission), tags: readTags(Tags) };
  },
  remove: async (aws, { groupId: GroupId }) => {
    await aws.call('ec2', 'delete_security_group', { GroupId });
  },
};

/** A removed endpoint is told of for a while. */
async function findEndpoint(aws: AwsClient, id: unknown): Promise<AwsProperties> {
  const { VpcEndpoints } = await aws.call('ec2', 'describe_vpc_endpoints', { VpcEndpointIds: [id] });
  const found = listOf(VpcEndpoints).find(({ State }) => State !== 'deleted');
  if (found === undefined) throw new AwsError('InvalidVpcEndpointId.NotFound', `no endpoint ${String(id)}`);
  return found;
}

const vpcEndpoint: AwsKind = {
  // AWS changes the last three in place
  fixed: ['vpcId', 'serviceName', 'vpcEndpointType', 'routeTableIds', 'subnetIds', 'securityGroupIds'],
  create: async (aws, inputs) => {
    const parameters = {
      VpcId: inputs['vpcId'],
      ServiceName: inputs['serviceName'],
      VpcEndpointType: inputs['vpcEndpointType'],
      RouteTableIds: inputs['routeTableIds'],
      SubnetIds: inputs['subnetIds'],
      SecurityGroupIds: inputs['securityGroupIds'],
      PrivateDnsEnabled: inputs['privateDnsEnabled'],
    };
    const { VpcEndpoint } = await aws.call('ec2', 'create_vpc_endpoint', {
      ...Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined)),
      ...tagsOf('vpc-endpoint', inputs),
    });
    const { VpcEndpointId } = objectOf(VpcEndpoint);
    return { id: textOf(VpcEndpointId), endpointId: VpcEndpointId };
  },
  update: async (aws, inputs, { endpointId }) => {
    await aws.call('ec2', 'create_tags', { Resources: [endpointId], Tags: tagList(inputs) });
  },
  read: async (aws, { endpointId, routeTableIds, subnetIds }) => {
    const found = await findEndpoint(aws, endpointId);
    return {
      vpcId: found['VpcId'],
      serviceName: found['ServiceName'],
      ...(routeTableIds === undefined
        ? {}
        : { routeTableIds: likeState(routeTableIds, sorted(found['RouteTableIds'])) }),
      ...(subnetIds === undefined ? {} : { subnetIds: likeState(subnetIds, sorted(found['SubnetIds'])) }),
      tags: readTags(found['Tags']),
    };
  },
  remove: async (aws, { endpointId }) => {
    await aws.call('ec2', 'delete_vpc_endpoints', { VpcEndpointIds: [endpointId] });
  },
};

export const networkKinds = {
  'aws:ec2/securityGroup:SecurityGroup': securityGroup,
  'aws:ec2/vpcEndpoint:VpcEndpoint': vpcEndpoint,
} as const satisfies Readonly<Record<string, AwsKind>>;
