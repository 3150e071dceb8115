import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { CloudEnvironment } from './names.ts';

type Endpoints = NonNullable<CloudEnvironment['cloud']['endpoints']>;

export interface VpcEndpointsProps {
  readonly environment: CloudEnvironment;
  readonly endpoints: Endpoints;
}

/**
 * Ways to S3 and ECR that stay inside AWS: no NAT gateway is paid for code and images. The policies of roles, buckets and
 * repositories say who may do what, as without them.
 */
export class VpcEndpoints extends pulumi.ComponentResource {
  constructor(id: string, { environment, endpoints }: VpcEndpointsProps, options: pulumi.ComponentResourceOptions) {
    super('knative-lambda:infra:VpcEndpoints', id, {}, options);
    const { cloud, cluster } = environment;
    const vpcId = endpoints.vpc;
    const service = (name: string): string => `com.amazonaws.${cloud.region}.${name}`;
    const group = new aws.ec2.SecurityGroup(
      'endpoints',
      {
        name: `knative-lambda-endpoints-${cluster.name}`,
        description: 'nodes and pods of the cluster reach ECR',
        vpcId,
        ingress: [{ protocol: 'tcp', fromPort: 443, toPort: 443, cidrBlocks: [...cluster.nodeCidrs] }],
      },
      { parent: this },
    );
    // layers of images lie in S3, so ECR needs this one, too
    new aws.ec2.VpcEndpoint(
      's3',
      { vpcId, serviceName: service('s3'), vpcEndpointType: 'Gateway', routeTableIds: [...endpoints.routeTables] },
      { parent: this },
    );
    for (const name of ['ecr.api', 'ecr.dkr']) {
      new aws.ec2.VpcEndpoint(
        name,
        {
          vpcId,
          serviceName: service(name),
          vpcEndpointType: 'Interface',
          subnetIds: [...endpoints.subnets],
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
