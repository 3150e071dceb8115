import type { objectiveAlerts } from '../../charts/rules/objective-alerts.ts';
import type { platformAlerts } from '../../charts/rules/platform-alerts.ts';
import { type AlertCase, constant, growing, inControl, own, type Series } from './alert-case.ts';

const daySeconds = 86_400;

const calls = (good: string, bad: string): Series => ({
  [own('knative_lambda_function_invocations_total', 'function="hello", function_namespace="f", status="success"')]:
    good,
  [own('knative_lambda_function_invocations_total', 'function="hello", function_namespace="f", status="error"')]: bad,
});

const invocations = (good: number, bad: number): Series => calls(growing(good), growing(bad));

const answers = (good: number, bad: number): Series => ({
  [own('knative_lambda_receiver_requests_total', 'route="/", code="202"')]: growing(good),
  [own('knative_lambda_receiver_requests_total', 'route="/", code="503"')]: growing(bad),
});

const canary = (status: number): Series => ({
  [inControl('flagger_canary_status', 'name="knative-lambda-builder"')]: constant(status),
});

const certificate = (endsAt: number): Series => ({
  [inControl('certmanager_certificate_expiration_timestamp_seconds', 'name="api"')]: constant(endsAt),
});

const wildcard = (endsAt: number): Series => ({
  'certmanager_certificate_expiration_timestamp_seconds{namespace="kourier-system", name="knative-lambda-functions-prd"}':
    constant(endsAt),
});

const up = (job: string, value: number): Series => ({
  [own('up', `namespace="flux-system", job="${job}", instance="${job}"`)]: constant(value),
});

const controllers = (kustomize: number): Series => ({
  ...up('source-controller', 1),
  ...up('kustomize-controller', kustomize),
  ...up('notification-controller', 1),
});

const kustomization = (labels: string, name = 'knative-lambda-prd'): Series => ({
  [`gotk_resource_info{customresource_kind="Kustomization", name="${name}", ${labels}}`]: constant(1),
});

export const objectiveCases = {
  KnativeLambdaFunctionErrorBudgetFastBurn: {
    faults: [invocations(85, 15)],
    silent: [
      invocations(86, 14),
      // it has ended: the hour is bad, the last minutes are good
      calls(growing(85), '0+15x60 900x30'),
      // it has just begun
      calls(growing(85), '0x67 0+15x5'),
    ],
    after: 72,
  },
  KnativeLambdaFunctionErrorBudgetSlowBurn: {
    faults: [invocations(93, 7)],
    silent: [invocations(95, 5)],
    after: 400,
    interval: '5m',
  },
  KnativeLambdaReceiverErrorBudgetFastBurn: { faults: [answers(985, 15)], silent: [answers(986, 14)], after: 72 },
  KnativeLambdaReceiverErrorBudgetSlowBurn: {
    faults: [answers(993, 7)],
    silent: [answers(995, 5)],
    after: 400,
    interval: '5m',
  },
} as const satisfies Readonly<Record<keyof typeof objectiveAlerts, AlertCase>>;

export const platformCases = {
  KnativeLambdaCanaryFailed: { faults: [canary(2)], silent: [canary(1), canary(0)], after: 5 },
  KnativeLambdaCanaryStuck: { faults: [canary(0)], silent: [canary(1), canary(2)], after: 35 },
  KnativeLambdaCertificateExpiring: {
    faults: [certificate(14 * daySeconds), wildcard(14 * daySeconds)],
    // not issued yet is another matter
    silent: [certificate(14 * daySeconds + 10_000), certificate(0)],
    after: 70,
  },
  KnativeLambdaCertificateExpiryCritical: {
    faults: [certificate(3 * daySeconds), wildcard(3 * daySeconds)],
    silent: [certificate(3 * daySeconds + 10_000), certificate(0)],
    after: 70,
  },
  KnativeLambdaTargetDown: {
    faults: [up('anything', 0)],
    silent: [up('anything', 1), up('knative-lambda-functions', 0)],
    after: 10,
  },
  FluxComponentAbsent: { faults: [controllers(0)], silent: [controllers(1)], after: 15 },
  FluxReconciliationFailure: {
    faults: [kustomization('ready="False", suspended="false"')],
    silent: [
      kustomization('ready="True", suspended="false"'),
      kustomization('ready="False", suspended="false"', 'somebody-elses'),
    ],
    after: 15,
  },
  FluxReconciliationSuspended: {
    faults: [kustomization('ready="True", suspended="true"')],
    silent: [kustomization('ready="True", suspended="false"')],
    after: 10,
  },
  FluxStateUnreported: {
    faults: [kustomization('ready="True"', 'somebody-elses')],
    silent: [kustomization('ready="True"')],
    after: 10,
  },
} as const satisfies Readonly<Record<keyof typeof platformAlerts, AlertCase>>;
