/**
 * Stands in for pulumi-resource-aws, which no package registry has. What it does as the real one: makes, reads, changes
 * and removes the resources that infra/ registers by calls of AWS, whose refusals are failures; refresh finds drift in
 * the properties that are compared. What it does not: look at a document before it is sent, make up names, change tags
 * away, make pull-through caches, which moto has not. The region is AWS_REGION, because Node's provider server hands on
 * no configuration; the accounts that the provider allows are not compared for the same reason. It talks to 127.0.0.1
 * alone.
 */
import { isDeepStrictEqual } from 'node:util';
import * as pulumi from '@pulumi/pulumi';
import provider from '@pulumi/pulumi/proto/provider_pb.js';
import jspb from 'google-protobuf';
import struct from 'google-protobuf/google/protobuf/struct_pb.js';
import { type AwsProperties, connectAws } from './aws-client.ts';
import { type AwsKind, objectOf, unlessMissing } from './aws-kind.ts';
import { awsKindOf } from './aws-kinds.ts';
import { lookups } from './aws-lookups.ts';
import { endWithParent } from './parent.ts';

const aws = connectAws(process.env);

const kindOf = (urn: string): AwsKind => awsKindOf(urn.split('::')[2]?.split('$').at(-1) ?? '');

/** What is sent to AWS: secrets open. What goes back to the engine keeps its marks, else the state shows them. */
function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.some(([key]) => key === pulumi.runtime.specialSigKey)) return open(new Map(entries).get('value'));
  return Object.fromEntries(entries.map(([key, one]) => [key, open(one)]));
}

const opened = (properties: AwsProperties): AwsProperties => objectOf(open(properties));

/** Names of inputs whose value is another than that of the state. */
function changed(olds: AwsProperties, news: AwsProperties): readonly string[] {
  const [state, inputs] = [opened(olds), opened(news)];
  return Object.keys(inputs).filter((name) => !isDeepStrictEqual(state[name], inputs[name]));
}

/** Live values in place of those of the state; equal ones keep the mark of a secret. */
function merge(state: AwsProperties, live: AwsProperties): AwsProperties {
  const plain = opened(state);
  const drifted = Object.entries(live).filter(([name, value]) => !isDeepStrictEqual(plain[name], value));
  return { ...state, ...Object.fromEntries(drifted) };
}

class AwsProvider implements pulumi.provider.Provider {
  readonly version = '7.48.0';

  async check(urn: string, _olds: AwsProperties, news: AwsProperties): Promise<pulumi.provider.CheckResult> {
    kindOf(urn);
    return { inputs: news };
  }

  async diff(_id: string, urn: string, olds: AwsProperties, news: AwsProperties): Promise<pulumi.provider.DiffResult> {
    const names = changed(olds, news);
    const replaces = names.filter((name) => kindOf(urn).fixed.includes(name));
    return { changes: names.length > 0, replaces, deleteBeforeReplace: true };
  }

  async create(urn: string, inputs: AwsProperties): Promise<pulumi.provider.CreateResult> {
    const { id, ...added } = await kindOf(urn).create(aws, opened(inputs));
    return { id, outs: { ...inputs, ...added } };
  }

  async update(
    _id: string,
    urn: string,
    olds: AwsProperties,
    news: AwsProperties,
  ): Promise<pulumi.provider.UpdateResult> {
    const { update, create } = kindOf(urn);
    await (update ?? create)(aws, opened(news), opened(olds));
    return { outs: { ...olds, ...news } };
  }

  async read(id: string, urn: string, state: AwsProperties = {}): Promise<pulumi.provider.ReadResult> {
    const kind = kindOf(urn);
    // an import knows the id alone, which the kinds that can be imported have as their name
    const known = Object.keys(state).length > 0 ? state : { [kind.fixed[0] ?? '']: id };
    const live = await unlessMissing(kind.read(aws, opened(known)));
    if (live === undefined) return { id: '', props: {} };
    const props = merge(known, live);
    return { id, props, inputs: props };
  }

  async delete(_id: string, urn: string, state: AwsProperties): Promise<void> {
    await unlessMissing(kindOf(urn).remove(aws, opened(state)));
  }

  async invoke(token: string, inputs: AwsProperties): Promise<pulumi.provider.InvokeResult> {
    const lookup = lookups[token];
    if (lookup === undefined) throw new Error(`${token} is no function that test/engine/aws-lookups.ts stands in for`);
    return { outputs: await lookup(aws, inputs) };
  }
}

// An import knows no properties yet; Node's provider server takes it that there are always some.
const orEmpty = (request: jspb.Message, field: number): struct.Struct =>
  jspb.Message.getWrapperField(request, struct.Struct, field, 1);
provider.ReadRequest.prototype.getProperties = function () {
  return orEmpty(this, 3);
};
provider.CheckRequest.prototype.getOlds = function () {
  return orEmpty(this, 2);
};

endWithParent();
await pulumi.provider.main(new AwsProvider(), process.argv.slice(2));
