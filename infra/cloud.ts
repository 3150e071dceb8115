import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Manifest } from '../charts/index.ts';
import { CodeBucket } from './code-bucket.ts';
import { CostBudget } from './cost-budget.ts';
import { ImageRepositories } from './image-repositories.ts';
import { issuerOf } from './issuer.ts';
import type { CloudEnvironment } from './names.ts';
import { PipelineIdentity } from './pipeline-identity.ts';
import { refuseUnsafe } from './refusals.ts';
import { SecretEntries } from './secret-entries.ts';
import { tagEverything } from './tags.ts';
import { UploadQueue } from './upload-queue.ts';
import { VpcEndpoints } from './vpc-endpoints.ts';
import { WorkloadIdentities } from './workload-identities.ts';

export interface CloudProps {
  readonly environment: CloudEnvironment;
  /** Objects of the environment: their service accounts are what IAM trusts. */
  readonly manifests: readonly Manifest[];
  /** Issuer of service account tokens from the stack's configuration; absent means the one of the environment. */
  readonly issuer?: string;
}

/** Everything that AWS holds for one environment. */
export class Cloud extends pulumi.ComponentResource {
  readonly repositoryUrls: ImageRepositories['urls'];
  readonly bucket: pulumi.Output<string>;
  readonly uploadQueueUrl: pulumi.Output<string>;

  constructor(id: string, { environment, manifests, issuer: configured }: CloudProps) {
    super(
      'knative-lambda:infra:Cloud',
      id,
      {},
      { transformations: [tagEverything(environment), refuseUnsafe(environment)] },
    );
    const { account, region, pipeline, endpoints } = environment.cloud;
    // not by the name of its parent: an import tells resources apart by their names alone
    const provider = new aws.Provider('aws', { region, allowedAccountIds: [account] }, { parent: this });
    const options = { parent: this, providers: { aws: provider } };
    const issuer = issuerOf(environment, configured, provider);

    this.repositoryUrls = new ImageRepositories('images', environment, options).urls;
    this.bucket = new CodeBucket('code', environment, options).bucket;
    this.uploadQueueUrl = new UploadQueue('uploads', environment, options).url;
    new SecretEntries('secrets', environment, options);
    const identities = new WorkloadIdentities('identities', { environment, manifests, issuer }, options);
    if (endpoints !== undefined && environment.cluster.owner) {
      new VpcEndpoints('endpoints', { environment, endpoints }, options);
    }
    if (pipeline !== undefined) {
      new PipelineIdentity('pipeline', { environment, pipeline, boundaryArn: identities.boundaryArn }, options);
    }
    if (environment.cost !== undefined) {
      const { computeUsd, storageUsd, transferUsd, alertEmails } = environment.cost;
      const monthlyUsd = computeUsd + storageUsd + transferUsd;
      new CostBudget('cost', { environment, monthlyUsd, emails: alertEmails }, options);
    }
    this.registerOutputs({ bucket: this.bucket, uploadQueueUrl: this.uploadQueueUrl });
  }
}
