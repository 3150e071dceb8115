import { z } from 'zod';

/**
 * A list price of AWS in US dollars. Nothing is estimated: what no page that somebody has read names a price for is not
 * in the table, and reports say so.
 */
const priceSchema = z.strictObject({
  types: z.array(z.string().startsWith('aws:')).min(1).describe('types of Pulumi that are billed by it'),
  usd: z.number().min(0).describe('US dollars for one unit, before free tiers, discounts and taxes'),
  unit: z
    .enum(['resource-month', 'GB-month', 'million requests'])
    .describe('resource-month: for being there, whatever is done with it; the others by use, which no manifest tells'),
  region: z.string().describe('region that the source names; any where it names none'),
  source: z.url({ protocol: /^https$/ }).describe('page that names the price'),
  asOf: z
    .string()
    .regex(/^\d{4}-\d{2}(-\d{2})?$/, 'a day or a month, as 2026-09-20')
    .describe('when the page had it'),
});

export type Price = z.output<typeof priceSchema>;

/** To be looked through once a year: a price that has changed is replaced together with its date. */
const table = [
  {
    types: ['aws:secretsmanager/secret:Secret'],
    usd: 0.4,
    unit: 'resource-month',
    region: 'any',
    source: 'https://aws.amazon.com/secrets-manager/pricing/',
    asOf: '2026-09-20',
  },
  {
    types: ['aws:budgets/budget:Budget'],
    usd: 0,
    unit: 'resource-month',
    region: 'any',
    source: 'https://huggingface.co/datasets/labofsahil/aws-pricing-dataset/blob/main/AWSBudgets.csv',
    asOf: '2024-10-22',
  },
  {
    types: [
      'aws:iam/role:Role',
      'aws:iam/rolePolicy:RolePolicy',
      'aws:iam/policy:Policy',
      'aws:iam/openIdConnectProvider:OpenIdConnectProvider',
    ],
    usd: 0,
    unit: 'resource-month',
    region: 'any',
    source: 'https://docs.amazonaws.cn/en_us/quick/latest/userguide/iam.md',
    asOf: '2026-11-28',
  },
  {
    types: ['aws:ecr/repository:Repository'],
    usd: 0.1,
    unit: 'GB-month',
    region: 'us-east-1',
    source: 'https://cloudburn.io/blog/amazon-ecr-pricing',
    asOf: '2026-03',
  },
  {
    types: ['aws:sqs/queue:Queue'],
    usd: 0.4,
    unit: 'million requests',
    region: 'us-east-1',
    source: 'https://cloudburn.io/blog/amazon-sqs-pricing',
    asOf: '2026-03',
  },
] as const satisfies readonly Price[];

/** Prices by the type of Pulumi. */
export function readPrices(): ReadonlyMap<string, Price> {
  return new Map(
    z
      .array(priceSchema)
      .parse(table)
      .flatMap((price) => price.types.map((type) => [type, price])),
  );
}
