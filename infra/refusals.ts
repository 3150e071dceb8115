import * as pulumi from '@pulumi/pulumi';
import { z } from 'zod';
import { ConfigurationError } from '../stacks/index.ts';
import { arns, type CloudEnvironment, names, repositoryNames } from './names.ts';
import { parseJson } from './policy-faults.ts';
import { resourceDocumentFaults } from './resource-documents.ts';
import { isTaggable } from './tags.ts';

/** A resource as the program asks for it. */
export interface AskedResource {
  readonly type: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

type Rule = (resource: AskedResource, environment: CloudEnvironment) => readonly string[];

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
/** A lifecycle policy is a document, too, and has no statement. */
const documentSchema = z.looseObject({
  Statement: z
    .array(
      z.looseObject({
        Effect: z.string(),
        Principal: z.unknown().optional(),
        Action: oneOrMore.default([]),
        Resource: oneOrMore.default([]),
      }),
    )
    .default([]),
});

/** Actions for which AWS knows no resource narrower than all. */
const withoutResource: readonly string[] = ['ecr:GetAuthorizationToken'];

const documentKeys: readonly string[] = ['policy', 'assumeRolePolicy'];

/** Allowing statements of the documents of a resource. */
function allowances({ properties }: AskedResource) {
  return documentKeys.flatMap((key) => {
    const text = properties[key];
    if (typeof text !== 'string') return [];
    // one that cannot be read has a fault of its own
    const { data } = documentSchema.safeParse(parseJson(text));
    return (data?.Statement ?? []).filter(({ Effect }) => Effect === 'Allow');
  });
}

const blocks = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'] as const;

const refusePublic: Rule = (resource) => {
  const open =
    resource.type === 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock'
      ? blocks.filter((block) => resource.properties[block] !== true).map((block) => `${block} is not true`)
      : [];
  const { acl: asked } = resource.properties;
  const acl = typeof asked === 'string' && asked.startsWith('public-') ? ['a public ACL'] : [];
  const anybody = allowances(resource).filter(({ Principal }) => /"\*"/.test(JSON.stringify(Principal ?? null)));
  return [...open, ...acl, ...anybody.map(() => 'a statement that allows anybody')];
};

const exceptions = ['NotAction', 'NotResource', 'NotPrincipal'] as const;

const refuseWildcards: Rule = (resource) =>
  allowances(resource).flatMap(({ Action, Resource, ...others }) => [
    ...exceptions.filter((key) => key in others).map((key) => `an Allow with ${key}`),
    ...Action.filter((action) => action.includes('*')).map((action) => `action ${action}`),
    ...(Resource.includes('*') ? Action.filter((action) => !withoutResource.includes(action)) : []).map(
      (action) => `${action} on every resource`,
    ),
  ]);

const refuseLooseRepositories: Rule = ({ type, properties }, environment) => {
  if (type !== 'aws:ecr/repository:Repository') return [];
  const { name, imageTagMutability, encryptionConfigurations } = properties;
  const isCache = name === repositoryNames.cache(environment);
  return [
    ...(isCache || imageTagMutability === 'IMMUTABLE' ? [] : ['tags that can be moved']),
    ...(Array.isArray(encryptionConfigurations) && encryptionConfigurations.length > 0 ? [] : ['no encryption']),
  ];
};

const tagsSchema = z.object({ Project: z.string(), Environment: z.string(), Team: z.string() });

const refuseUntagged: Rule = ({ type, properties }, { name }) => {
  if (isTaggable[type] === false) return [];
  const { success, data } = tagsSchema.safeParse(properties['tags']);
  return success && data.Environment === name ? [] : [`tags without Project, Team and Environment ${name}`];
};

const ownArns = (environment: CloudEnvironment): readonly string[] => [
  arns.bucket(environment.codeStore.bucket),
  arns.bucket(names.logBucket(environment)),
  ...Object.values(repositoryNames).map((nameOf) => arns.repository(environment, nameOf(environment))),
  ...(environment.imageRegistry.pullThrough ?? []).map(({ prefix }) => arns.repository(environment, prefix)),
  arns.queue(environment, names.codeQueue(environment)),
  arns.queue(environment, names.codeQueueRejects(environment)),
  arns.rule(environment, names.codeQueue(environment)),
  arns.secretsUnder(environment, environment.secrets.backend === 'external' ? environment.secrets.prefix : ''),
];

/** Services whose resources belong to one environment each; those of IAM are told apart by account. */
const perEnvironment = /^arn:aws:(s3|ecr|sqs|events|secretsmanager):/;

const refuseForeignArns: Rule = ({ properties }, environment) => {
  const own = ownArns(environment);
  const isOwn = (arn: string): boolean => own.some((one) => arn === one || arn.startsWith(`${one}/`));
  const found = JSON.stringify(properties).match(/arn:aws:[a-z0-9-]+:[\w:./*-]+/g) ?? [];
  return [...new Set(found)]
    .filter((arn) => {
      const account = arn.split(':')[4] ?? '';
      if (account !== '' && account !== 'aws' && account !== environment.cloud.account) return true;
      return perEnvironment.test(arn) && !isOwn(arn);
    })
    .map((arn) => `${arn}, which is not of ${environment.name}`);
};

const rules: readonly Rule[] = [
  refusePublic,
  refuseWildcards,
  refuseLooseRepositories,
  refuseUntagged,
  refuseForeignArns,
];

/** What no resource of an environment may be, and what AWS would refuse; one line each. */
export function faultsOf(resource: AskedResource, environment: CloudEnvironment): readonly string[] {
  const { type, name, properties } = resource;
  const refused = rules.flatMap((rule) => rule(resource, environment));
  return [
    ...resourceDocumentFaults(type, properties).map((fault) => `${type} ${name}: ${fault}`),
    ...refused.map((fault) => `${type} ${name}: got ${fault}, which is refused in every environment`),
  ];
}

const withoutOutputs = (props: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(props).filter(([, value]) => !pulumi.Output.isInstance(value)));

/**
 * Refuses a resource before it is registered; a document that is known only later is read once it is known, which is
 * before AWS is asked for it.
 */
export function refuseUnsafe(environment: CloudEnvironment): pulumi.ResourceTransformation {
  return ({ type, name, props, opts }) => {
    if (!type.startsWith('aws:')) return undefined;
    const early = faultsOf({ type, name, properties: withoutOutputs(props) }, environment);
    if (early.length > 0) throw new ConfigurationError(early);
    const late = documentKeys.filter((key) => pulumi.Output.isInstance(props[key]));
    const checked = late.map((key) => [
      key,
      pulumi.output(props[key]).apply((document: unknown) => {
        const faults = faultsOf({ type, name, properties: { ...withoutOutputs(props), [key]: document } }, environment);
        if (faults.length > 0) throw new pulumi.RunError(faults.join('\n'));
        return document;
      }),
    ]);
    return { props: { ...props, ...Object.fromEntries(checked) }, opts };
  };
}
