import { z } from 'zod';
import { type Manifest, nameOf, ofKind, parseManifest } from './manifest.ts';

/** Labels by which Flagger tells primary and canary apart, in the order in which it looks for them (-selector-labels). */
const selectorLabels = ['app', 'name', 'app.kubernetes.io/name'];

/** Names under which Flagger runs queries of its own, whatever template is given. */
const builtinMetrics = ['request-success-rate', 'request-duration'];

const canarySchema = z.looseObject({
  spec: z.looseObject({
    targetRef: z.looseObject({ kind: z.string(), name: z.string() }),
    autoscalerRef: z
      .looseObject({
        name: z.string(),
        primaryScalerReplicas: z.looseObject({ minReplicas: z.int(), maxReplicas: z.int() }),
      })
      .optional(),
    service: z
      .looseObject({
        name: z.string().optional(),
        port: z.int(),
        portName: z.string().default('http'),
        targetPort: z.union([z.string(), z.int()]).optional(),
      })
      .optional(),
    analysis: z.looseObject({ metrics: z.array(z.looseObject({ name: z.string() })).default([]) }),
  }),
});

const deploymentSchema = z.looseObject({
  spec: z.looseObject({
    replicas: z.int().optional(),
    selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.looseObject({ metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }) }),
  }),
});

const scalerSchema = z.looseObject({
  spec: z.looseObject({ scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }) }),
});

interface CanaryOfDeployment {
  readonly canary: Manifest;
  readonly spec: z.output<typeof canarySchema>['spec'];
  readonly target: Manifest;
  readonly deployment: z.output<typeof deploymentSchema>['spec'];
  /** Label whose value Flagger changes on the primary; undefined where the Deployment selects by none that it knows. */
  readonly label: string | undefined;
}

function canariesOf(manifests: readonly Manifest[]): readonly CanaryOfDeployment[] {
  return ofKind(manifests, 'Canary', 'flagger.app').flatMap((canary) => {
    const { spec } = canarySchema.parse(canary);
    const target = ofKind(manifests, spec.targetRef.kind, 'apps').find(
      ({ metadata }) => metadata.name === spec.targetRef.name && metadata.namespace === canary.metadata.namespace,
    );
    if (target === undefined) {
      return [];
    }
    const deployment = deploymentSchema.parse(target).spec;
    const label = selectorLabels.find((key) => deployment.selector.matchLabels[key] !== undefined);
    return [{ canary, spec, target, deployment, label }];
  });
}

/** The manifests, and what Flagger makes of them: the primary with its autoscaler, and three Services, each once. */
export function withFlagger(manifests: readonly Manifest[]): readonly Manifest[] {
  const known = new Set(manifests.map(nameOf));
  const made = canariesOf(manifests).flatMap((one) => flaggerObjects(manifests, one));
  return [...manifests, ...made.filter((manifest) => !known.has(nameOf(manifest)))];
}

function flaggerObjects(manifests: readonly Manifest[], one: CanaryOfDeployment): readonly Manifest[] {
  const { label, target, deployment } = one;
  const value = deployment.selector.matchLabels[label ?? ''];
  if (label === undefined || value === undefined) {
    return [];
  }
  const primary = { [label]: `${value}-primary` };
  const { template } = deployment;
  const labels = { ...template.metadata.labels, ...primary };
  return [
    parseManifest({
      ...target,
      metadata: { name: `${target.metadata.name}-primary`, namespace: target.metadata.namespace, labels: primary },
      spec: {
        ...deployment,
        selector: { matchLabels: primary },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    }),
    ...primaryScalers(manifests, one),
    ...services(one, { [label]: value }, primary),
  ];
}

function primaryScalers(manifests: readonly Manifest[], { canary, spec }: CanaryOfDeployment): readonly Manifest[] {
  const { autoscalerRef } = spec;
  const own = ofKind(manifests, 'HorizontalPodAutoscaler').find(
    ({ metadata }) => metadata.name === autoscalerRef?.name && metadata.namespace === canary.metadata.namespace,
  );
  if (own === undefined || autoscalerRef === undefined) {
    return [];
  }
  const scaler = scalerSchema.parse(own).spec;
  const scaleTargetRef = { ...scaler.scaleTargetRef, name: `${scaler.scaleTargetRef.name}-primary` };
  return [
    parseManifest({
      ...own,
      metadata: { name: `${autoscalerRef.name}-primary`, namespace: own.metadata.namespace },
      spec: { ...scaler, ...autoscalerRef.primaryScalerReplicas, scaleTargetRef },
    }),
  ];
}

/** Whether Flagger uses a workload as canary; its primary then does the serving. */
export function isCanaryTarget(manifests: readonly Manifest[], workload: Manifest | undefined): boolean {
  return canariesOf(manifests).some(({ target }) => target === workload);
}

type Selector = Readonly<Record<string, string>>;

function services({ canary, spec }: CanaryOfDeployment, canarySelector: Selector, primarySelector: Selector) {
  const { service } = spec;
  if (service === undefined) {
    return [];
  }
  const { name = spec.targetRef.name, port, portName, targetPort = port } = service;
  const toService = (suffix: string, selector: Selector): Manifest =>
    parseManifest({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `${name}${suffix}`, namespace: canary.metadata.namespace },
      spec: { selector, ports: [{ name: portName, port, targetPort }] },
    });
  return [toService('', primarySelector), toService('-primary', primarySelector), toService('-canary', canarySelector)];
}

/** A canary that Flagger cannot run, or would judge by something else than was written. */
export function canaryFaults({ manifests }: { readonly manifests: readonly Manifest[] }): readonly string[] {
  return canariesOf(manifests).flatMap(({ canary, spec, target, deployment, label }) => [
    ...(label === undefined
      ? [
          `${nameOf(target)}: its selector has none of ${selectorLabels.join(', ')}, which Flagger tells primary and canary apart by; select by one of them`,
        ]
      : []),
    ...(deployment.replicas === undefined
      ? []
      : [
          `${nameOf(target)}: got replicas ${deployment.replicas} beside ${nameOf(canary)}, allowed none, because Flagger scales it; remove them`,
        ]),
    ...spec.analysis.metrics
      .filter(({ name }) => builtinMetrics.includes(name))
      .map(
        ({ name }) =>
          `${nameOf(canary)}: got a metric named ${name}, allowed any name but ${builtinMetrics.join(' and ')}, under which Flagger runs its own query; rename it`,
      ),
    ...queryFaults(manifests, canary),
  ]);
}

const templateSchema = z.looseObject({ spec: z.looseObject({ query: z.string() }) });

function queryFaults(manifests: readonly Manifest[], canary: Manifest): readonly string[] {
  return ofKind(manifests, 'MetricTemplate')
    .filter(({ metadata }) => metadata.namespace === canary.metadata.namespace)
    .filter((template) => {
      const { query } = templateSchema.parse(template).spec;
      return query.includes('-primary') || !query.includes('{{ target }}');
    })
    .map(
      (template) =>
        `${nameOf(template)}: its query does not select the pods of the canary, by {{ target }}; a release must not be judged by the one before it`,
    );
}
