import { dangers, type Severity } from '../codes.ts';
import type { Report, ReportDanger } from '../report.ts';
import { visible } from './inert.ts';
import { showScopes } from './summary.ts';

const levels = { danger: 'error', warning: 'warning' } as const satisfies Record<Severity, string>;

/** The file of the object, else the one where a reader starts. */
function addressOf(scope: string, file: string | undefined): string {
  return encodeURI(visible(`manifests/${scope}/${file ?? 'kustomization.yaml'}`));
}

function toResult(report: Report, { code, severity, object, text, file, scopes, acknowledged }: ReportDanger) {
  return {
    ruleId: code,
    level: levels[severity],
    message: { text: visible(`${object}: ${text} (${showScopes(report, scopes)})`) },
    locations: scopes.map((scope) => ({
      physicalLocation: { artifactLocation: { uri: addressOf(scope, file) }, region: { startLine: 1 } },
      logicalLocations: [{ fullyQualifiedName: visible(`${scope}/${object}`) }],
    })),
    partialFingerprints: { 'preview/v1': visible(`${code} ${object}`) },
    suppressions:
      acknowledged === undefined
        ? []
        : [{ kind: 'external', justification: visible(acknowledged), status: 'accepted' }],
  };
}

/** The danger list for code scanning, SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0). */
export function toSarif(report: Report): string {
  const rules = Object.entries(dangers).map(([id, { severity, title, effect, remedy }]) => ({
    id,
    shortDescription: { text: title },
    fullDescription: { text: effect },
    help: { text: remedy },
    defaultConfiguration: { level: levels[severity] },
  }));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'knative-lambda preview', rules } },
        results: report.dangers.map((danger) => toResult(report, danger)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
