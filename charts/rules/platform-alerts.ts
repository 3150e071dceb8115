import type { Environment } from '../../stacks/index.ts';
import type { Alert } from './rule.ts';
import { thresholds } from './thresholds.ts';

const dashboard = 'knative-lambda';
const certificateEnd = 'certmanager_certificate_expiration_timestamp_seconds';
const certificateLeft = `(${certificateEnd}{$namespaces} > 0 or ${certificateEnd}{$functionsCertificate} > 0) - time()`;
const kustomization = 'gotk_resource_info{customresource_kind="Kustomization", name="$kustomization"';

const hasCanary = ({ rollout }: Environment): boolean => rollout.canary !== 'none';
const byFlux = ({ delivery }: Environment): boolean => delivery.mode === 'gitops';

/** What the environment stands on: canaries, certificates, scrapes and Flux. */
export const platformAlerts = {
  KnativeLambdaCanaryFailed: {
    expr: `flagger_canary_status{$control} == ${thresholds.canaryFailed.value}`,
    threshold: thresholds.canaryFailed,
    priority: 'P1',
    summary: 'A canary failed and was rolled back',
    description: 'The new release of {{ $labels.name }} did not pass its analysis; the old one serves.',
    dashboard,
    when: hasCanary,
  },
  KnativeLambdaCanaryStuck: {
    expr: `flagger_canary_status{$control} == ${thresholds.canaryStuck.value}`,
    threshold: thresholds.canaryStuck,
    priority: 'P2',
    summary: 'A canary makes no progress',
    description: 'The analysis of {{ $labels.name }} has run for more than 30 minutes.',
    dashboard,
    when: hasCanary,
  },
  KnativeLambdaCertificateExpiring: {
    expr: `${certificateLeft} < ${thresholds.certificateExpiry.value}`,
    threshold: thresholds.certificateExpiry,
    priority: 'P2',
    summary: 'A certificate is not renewed',
    description:
      'The certificate {{ $labels.name }} ends in {{ $value | humanizeDuration }}; cert-manager should have renewed it.',
    dashboard,
  },
  KnativeLambdaCertificateExpiryCritical: {
    expr: `${certificateLeft} < ${thresholds.certificateExpiryPage.value}`,
    threshold: thresholds.certificateExpiryPage,
    priority: 'P0',
    summary: 'A certificate ends within three days',
    description:
      'The certificate {{ $labels.name }} ends in {{ $value | humanizeDuration }}; then clients refuse to connect.',
    dashboard,
  },
  KnativeLambdaTargetDown: {
    // a function need not serve metrics
    expr: `min by (job, instance) (up{$env, job!~"knative-lambda-(functions|agents)"}) == ${thresholds.targetDown.value}`,
    threshold: thresholds.targetDown,
    priority: 'P2',
    summary: 'Prometheus cannot read a target',
    description: '{{ $labels.instance }} of {{ $labels.job }} does not answer on its metrics port.',
    dashboard,
  },
  FluxComponentAbsent: {
    expr: ['source-controller', 'kustomize-controller', 'notification-controller']
      .map((job) => `absent(up{$env, namespace="flux-system", job="${job}"} == 1)`)
      .join(' or '),
    threshold: thresholds.fluxComponentAbsent,
    priority: 'P1',
    summary: 'A controller of Flux is absent',
    description: '{{ $labels.job }} is gone or not scraped: changes in Git do not reach the cluster.',
    dashboard,
    when: (environment) => byFlux(environment) && environment.cluster.owner,
    onNoData: true,
  },
  FluxReconciliationFailure: {
    expr: `max by (name, revision) (${kustomization}, ready="False"}) > ${thresholds.fluxFailure.value}`,
    threshold: thresholds.fluxFailure,
    priority: 'P2',
    summary: 'Flux cannot apply the environment',
    description: 'The Kustomization {{ $labels.name }} is not ready; it last applied {{ $labels.revision }}.',
    dashboard,
    when: byFlux,
  },
  FluxReconciliationSuspended: {
    expr: `max by (name) (${kustomization}, suspended="true"}) > ${thresholds.fluxSuspended.value}`,
    threshold: thresholds.fluxSuspended,
    priority: 'P3',
    summary: 'Flux is suspended for the environment',
    description: 'The Kustomization {{ $labels.name }} applies nothing until somebody resumes it.',
    dashboard,
    when: byFlux,
  },
  FluxStateUnreported: {
    expr: `absent(${kustomization}})`,
    threshold: thresholds.fluxSuspended,
    priority: 'P3',
    summary: 'Nobody reports whether Flux succeeds',
    description: 'kube-state-metrics lacks the custom resource state of Flux, so its failure cannot be told.',
    dashboard,
    when: byFlux,
    onNoData: true,
  },
} as const satisfies Readonly<Record<string, Alert>>;
