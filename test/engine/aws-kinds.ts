import { accountKinds } from './aws-account-kinds.ts';
import { eventKinds } from './aws-event-kinds.ts';
import { identityKinds } from './aws-identity-kinds.ts';
import type { AwsKind } from './aws-kind.ts';
import { networkKinds } from './aws-network-kinds.ts';
import { registryKinds } from './aws-registry-kinds.ts';
import { storageKinds } from './aws-storage-kinds.ts';

const kinds: Readonly<Record<string, AwsKind>> = {
  ...accountKinds,
  ...eventKinds,
  ...identityKinds,
  ...networkKinds,
  ...registryKinds,
  ...storageKinds,
};

/** @throws Error for a type that infra/ registers and nothing here stands in for */
export function awsKindOf(type: string): AwsKind {
  const kind = kinds[type];
  if (kind === undefined) throw new Error(`${type} is no type that test/engine/aws-kinds.ts stands in for`);
  return kind;
}
