import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { CloudEnvironment } from './names.ts';

const alarmPercents = [80, 100] as const;

export interface CostBudgetProps {
  readonly environment: CloudEnvironment;
  readonly monthlyUsd: number;
  /** Who is told; none means that the budget is only shown. */
  readonly emails: readonly string[];
}

/** The planned cost of the environment, told by its tag. */
export class CostBudget extends pulumi.ComponentResource {
  constructor(
    id: string,
    { environment, monthlyUsd, emails }: CostBudgetProps,
    options: pulumi.ComponentResourceOptions,
  ) {
    super('knative-lambda:infra:CostBudget', id, {}, options);
    new aws.budgets.Budget(
      'budget',
      {
        name: `knative-lambda-${environment.name}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        limitAmount: String(monthlyUsd),
        limitUnit: 'USD',
        costFilters: [{ name: 'TagKeyValue', values: [`user:Environment$${environment.name}`] }],
        notifications:
          emails.length === 0
            ? []
            : alarmPercents.map((threshold) => ({
                comparisonOperator: 'GREATER_THAN',
                notificationType: 'ACTUAL',
                threshold,
                thresholdType: 'PERCENTAGE',
                subscriberEmailAddresses: [...emails],
              })),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
