import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Manifest } from '../charts/index.ts';
import { arns, type CloudEnvironment, names } from './names.ts';
import {
  boundaryPolicy,
  builderPolicy,
  operatorPolicy,
  receiverPolicy,
  secretsPolicy,
  uploadsPolicy,
} from './policy.ts';
import { type PolicyDocument, toText } from './policy-document.ts';
import { type ServiceAccount, workloadTrust } from './trust.ts';

const roleAnnotation = 'eks.amazonaws.com/role-arn';

/** Service accounts by the role that the charts put on them: the closed list that IAM trusts. */
function serviceAccountsOf(manifests: readonly Manifest[], roleArn: string): readonly ServiceAccount[] {
  return manifests
    .filter(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.annotations?.[roleAnnotation] === roleArn)
    .map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }));
}

const policies = {
  operator: operatorPolicy,
  receiver: receiverPolicy,
  uploads: uploadsPolicy,
  builder: builderPolicy,
  secrets: secretsPolicy,
} as const satisfies Record<
  keyof CloudEnvironment['cloud']['roles'],
  (environment: CloudEnvironment) => PolicyDocument
>;

export interface WorkloadIdentitiesProps {
  readonly environment: CloudEnvironment;
  readonly manifests: readonly Manifest[];
  /** URL that publishes the signing keys of the cluster's service account tokens. */
  readonly issuer: pulumi.Input<string>;
}

/** A role for each workload that talks to AWS; no access key exists. */
export class WorkloadIdentities extends pulumi.ComponentResource {
  readonly boundaryArn: pulumi.Output<string>;

  constructor(id: string, props: WorkloadIdentitiesProps, options: pulumi.ComponentResourceOptions) {
    super('knative-lambda:infra:WorkloadIdentities', id, {}, options);
    const { environment } = props;
    const boundary = new aws.iam.Policy(
      'boundary',
      { name: names.boundary(environment), policy: toText(boundaryPolicy(environment)) },
      { parent: this },
    );
    this.boundaryArn = boundary.arn;
    if (environment.cluster.owner) {
      new aws.iam.OpenIdConnectProvider(
        'cluster',
        { url: props.issuer, clientIdLists: ['sts.amazonaws.com'] },
        { parent: this },
      );
    }
    for (const use of ['operator', 'receiver', 'uploads', 'builder', 'secrets'] as const) {
      this.#addRole(use, props);
    }
    this.registerOutputs({ boundaryArn: this.boundaryArn });
  }

  #addRole(use: keyof typeof policies, { environment, manifests, issuer }: WorkloadIdentitiesProps): void {
    const { account, roles } = environment.cloud;
    const name = roles[use];
    const serviceAccounts = serviceAccountsOf(manifests, arns.role(environment, name));
    if (serviceAccounts.length === 0) {
      return;
    }
    const role = new aws.iam.Role(
      use,
      {
        name,
        assumeRolePolicy: pulumi
          .output(issuer)
          .apply((resolved) => toText(workloadTrust(account, resolved, serviceAccounts))),
        maxSessionDuration: 3600,
        permissionsBoundary: this.boundaryArn,
      },
      { parent: this },
    );
    new aws.iam.RolePolicy(
      use,
      { name, role: role.name, policy: toText(policies[use](environment)) },
      { parent: role },
    );
  }
}
