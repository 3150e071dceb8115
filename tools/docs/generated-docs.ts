import { renderAccessReference } from './access.ts';
import { renderAgentReasons } from './agents.ts';
import { renderAlertReference } from './alerts.ts';
import { renderAuditPolicies } from './audit-policy.ts';
import { renderCrdReference } from './crds.ts';
import { renderDashboardReference } from './dashboards.ts';
import { renderEnvironmentReference } from './environments.ts';
import { renderEventReference } from './events.ts';
import { renderFlowReference } from './flows.ts';
import { renderFunctionReasons } from './functions.ts';
import { renderMetricReference } from './metrics.ts';
import { renderPreviewCodes, renderPreviewSchema } from './preview-codes.ts';
import { renderPublishedNames } from './published-names-page.ts';
import { renderVerbReference, renderVerbRules } from './verbs.ts';

/** Folders that hold generated files only. */
export const generatedFolders = ['docs/reference', 'docs/operations/audit', 'tools/operations/make'] as const;

/** Pages in these folders that a person writes. */
export const writtenPages: readonly string[] = ['docs/reference/runtime-contract.md'];

/** Every generated page, by path in the checkout. Pure: writing and verifying both start here. */
export function generatedDocs(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/reference/access.md', renderAccessReference()],
    ['docs/reference/alerts.md', renderAlertReference()],
    ['docs/reference/crds.md', renderCrdReference()],
    ['docs/reference/dashboards.md', renderDashboardReference()],
    ['docs/reference/environments.md', renderEnvironmentReference()],
    ['docs/reference/events.md', renderEventReference()],
    ['docs/reference/metrics.md', renderMetricReference()],
    ['docs/reference/network.md', renderFlowReference()],
    ['docs/reference/preview-codes.md', renderPreviewCodes()],
    ['docs/reference/preview.schema.json', renderPreviewSchema()],
    ['docs/reference/published-names.md', renderPublishedNames()],
    ['docs/reference/verbs.md', renderVerbReference()],
    ['docs/operations/agents.md', renderAgentReasons()],
    ['docs/operations/functions.md', renderFunctionReasons()],
    ['tools/operations/make/verbs.mk', renderVerbRules()],
    ...[...renderAuditPolicies()].map(([file, text]): [string, string] => [`docs/operations/audit/${file}`, text]),
  ]);
}
