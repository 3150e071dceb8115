import type * as pulumi from '@pulumi/pulumi';

/** How a resource that holds something is told to go with it, at once, by type. */
const emptied: Readonly<Record<string, object>> = {
  'aws:ecr/repository:Repository': { forceDelete: true },
  'aws:s3/bucket:Bucket': { forceDestroy: true },
  'aws:secretsmanager/secret:Secret': { recoveryWindowInDays: 0 },
};

/** Lets a destroy take along what it keeps otherwise, with all that is in it. What is protected stays so. */
export const retainNothing: pulumi.ResourceTransformation = ({ type, props, opts }) => ({
  props: { ...props, ...emptied[type] },
  opts: opts.retainOnDelete === true ? { ...opts, retainOnDelete: false } : opts,
});
