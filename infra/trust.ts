import { arns } from './names.ts';
import { type PolicyDocument, policyDocument } from './policy-document.ts';

/** A service account that may assume a role. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

const audience = 'sts.amazonaws.com';
export const githubIssuer = 'https://token.actions.githubusercontent.com';

const claim = (issuer: string, name: 'aud' | 'sub'): string => `${issuer.replace(/^https:\/\//, '')}:${name}`;

interface Trusted {
  readonly account: string;
  readonly issuer: string;
  readonly subjects: readonly string[];
}

/** Both claims are compared for equality: a token of the same cluster for another audience or account is refused. */
function webIdentityTrust({ account, issuer, subjects }: Trusted): PolicyDocument {
  return policyDocument({
    Sid: 'AssumeWithWebIdentity',
    Effect: 'Allow',
    Principal: { Federated: arns.identityProvider(account, issuer) },
    Action: ['sts:AssumeRoleWithWebIdentity'],
    Condition: { StringEquals: { [claim(issuer, 'aud')]: audience, [claim(issuer, 'sub')]: subjects } },
  });
}

/** Who may assume a role of the cluster: a closed list of service accounts, by name. */
export function workloadTrust(
  account: string,
  issuer: string,
  serviceAccounts: readonly ServiceAccount[],
): PolicyDocument {
  const subjects = serviceAccounts.map(({ namespace, name }) => `system:serviceaccount:${namespace}:${name}`);
  return webIdentityTrust({ account, issuer, subjects });
}

/** A run of one repository on one branch or in one deployment environment. */
export interface Pipeline {
  readonly repository: string;
  readonly only: { readonly kind: 'branch' | 'environment'; readonly name: string };
}

export function pipelineTrust(account: string, { repository, only }: Pipeline): PolicyDocument {
  const run = only.kind === 'branch' ? `ref:refs/heads/${only.name}` : `environment:${only.name}`;
  return webIdentityTrust({ account, issuer: githubIssuer, subjects: [`repo:${repository}:${run}`] });
}
