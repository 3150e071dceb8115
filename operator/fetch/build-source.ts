import { buildGcsStore } from './gcs/gcs-store.ts';
import { readGoogleToken } from './gcs/google-credentials.ts';
import { FetchError } from './failure.ts';
import { readGitCredentials } from './git/git-credentials.ts';
import type { GitServer } from './git/git-server.ts';
import { buildGitSource } from './git/git-source.ts';
import { parseGitUrl } from './git/git-url.ts';
import { openGitServer } from './git/smart-http.ts';
import { buildInlineSource } from './inline/inline-source.ts';
import { Budget } from './limits.ts';
import { buildObjectStoreSource } from './object-store/object-store-source.ts';
import type { Plan, SourcePlan } from './plan.ts';
import { readAwsCredentials } from './s3/aws-credentials.ts';
import { buildS3Store } from './s3/s3-store.ts';
import type { Source } from './source.ts';
import type { Surroundings } from './surroundings.ts';

/** The source that a plan names, with its credentials read. */
export async function buildSource(plan: Plan, surroundings: Surroundings): Promise<Source> {
  const { source, credentials, limits } = plan;
  switch (source.type) {
    case 'inline':
      return buildInlineSource(source);
    case 's3': {
      const keys = await readAwsCredentials(credentials, source, surroundings);
      const store = buildS3Store(source, { client: surroundings.connect(), credentials: keys, now: surroundings.now });
      return buildObjectStoreSource(store, source.key);
    }
    case 'gcs': {
      const client = surroundings.connect();
      const token = await readGoogleToken(credentials, client, surroundings);
      return buildObjectStoreSource(buildGcsStore(source, { client, token }), source.key);
    }
    case 'git': {
      const { signal } = surroundings;
      const settings = { limits, signal, buildBudget: () => new Budget(limits) };
      return buildGitSource(source, () => connectGit(source, plan, surroundings), settings);
    }
  }
}

async function connectGit(source: SourcePlan<'git'>, plan: Plan, surroundings: Surroundings): Promise<GitServer> {
  const url = parseGitUrl(source.url);
  const { authorization, authority } = await readGitCredentials(plan.credentials, surroundings.secrets);
  if (url.protocol === 'http:' && authorization !== undefined && !surroundings.isTrusted(url)) {
    throw new FetchError('Unsupported', `git: got credentials for http://${url.host}, allowed https; write https://`);
  }
  return openGitServer(url, { client: surroundings.connect(authority), authorization });
}
