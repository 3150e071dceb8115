import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { requiredSecrets } from '../charts/index.ts';
import { type CloudEnvironment, isProduction } from './names.ts';

/** Names of the entries that the environment reads; people write the values, so that none is in the state. */
export function secretEntryNames(environment: CloudEnvironment): readonly string[] {
  const { secrets } = environment;
  return secrets.backend === 'external'
    ? [...new Set(requiredSecrets(environment).map(({ name }) => `${secrets.prefix}/${name}`))]
    : [];
}

/** Empty entries of Secrets Manager. */
export class SecretEntries extends pulumi.ComponentResource {
  constructor(id: string, environment: CloudEnvironment, options: pulumi.ComponentResourceOptions) {
    super('knative-lambda:infra:SecretEntries', id, {}, options);
    const keep = isProduction(environment);
    for (const name of secretEntryNames(environment)) {
      new aws.secretsmanager.Secret(
        name,
        { name, recoveryWindowInDays: keep ? 30 : 7 },
        { parent: this, protect: keep, retainOnDelete: keep },
      );
    }
    this.registerOutputs({});
  }
}
