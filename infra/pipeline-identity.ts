import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { type CloudEnvironment, names } from './names.ts';
import { pipelinePolicy } from './policy.ts';
import { toText } from './policy-document.ts';
import { githubIssuer, type Pipeline, pipelineTrust } from './trust.ts';

export interface PipelineIdentityProps {
  readonly environment: CloudEnvironment;
  readonly pipeline: Pipeline & { readonly ownsProvider: boolean };
  readonly boundaryArn: pulumi.Input<string>;
}

/** The role that publishes the operator's image: for runs of one repository on one branch or in one environment. */
export class PipelineIdentity extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;

  constructor(id: string, props: PipelineIdentityProps, options: pulumi.ComponentResourceOptions) {
    super('knative-lambda:infra:PipelineIdentity', id, {}, options);
    const { environment, pipeline, boundaryArn } = props;
    const name = names.pipelineRole(environment);
    // an account has one provider for an issuer, whoever of its environments creates it
    if (pipeline.ownsProvider) {
      new aws.iam.OpenIdConnectProvider(
        'github',
        { url: githubIssuer, clientIdLists: ['sts.amazonaws.com'] },
        { parent: this },
      );
    }
    const role = new aws.iam.Role(
      'pipeline',
      {
        name,
        assumeRolePolicy: toText(pipelineTrust(environment.cloud.account, pipeline)),
        maxSessionDuration: 3600,
        permissionsBoundary: boundaryArn,
      },
      { parent: this },
    );
    new aws.iam.RolePolicy(
      'pipeline',
      { name, role: role.name, policy: toText(pipelinePolicy(environment)) },
      { parent: role },
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
