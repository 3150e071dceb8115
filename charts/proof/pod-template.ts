import { z } from 'zod';
import { type Manifest, nameOf } from './manifest.ts';

const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));
const reference = z.looseObject({ name: z.string(), optional: z.boolean().optional() });

const securityContext = z.looseObject({
  allowPrivilegeEscalation: z.boolean().optional(),
  privileged: z.boolean().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  runAsNonRoot: z.boolean().optional(),
  capabilities: z
    .looseObject({ drop: z.array(z.string()).default([]), add: z.array(z.string()).default([]) })
    .optional(),
  seccompProfile: z.looseObject({ type: z.string() }).optional(),
});

const environmentVariable = z.looseObject({
  name: z.string(),
  valueFrom: z.looseObject({ secretKeyRef: reference.optional(), configMapKeyRef: reference.optional() }).optional(),
});

const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  resources: z
    .looseObject({ requests: quantities.default({}), limits: quantities.default({}) })
    .default({ requests: {}, limits: {} }),
  securityContext: securityContext.optional(),
  env: z.array(environmentVariable).default([]),
  envFrom: z.array(z.looseObject({ configMapRef: reference.optional(), secretRef: reference.optional() })).default([]),
  ports: z.array(z.looseObject({ name: z.string().optional(), containerPort: z.number() })).default([]),
});

const podSpec = z.looseObject({
  containers: z.array(containerSchema).min(1),
  initContainers: z.array(containerSchema).default([]),
  serviceAccountName: z.string().default('default'),
  imagePullSecrets: z.array(reference).default([]),
  volumes: z
    .array(
      z.looseObject({
        configMap: z.looseObject({ name: z.string() }).optional(),
        secret: z.looseObject({ secretName: z.string(), optional: z.boolean().optional() }).optional(),
        persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
        hostPath: z.unknown().optional(),
      }),
    )
    .default([]),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
});

const template = z.looseObject({
  metadata: z
    .looseObject({
      labels: z.record(z.string(), z.string()).default({}),
      annotations: z.record(z.string(), z.string()).default({}),
    })
    .default({ labels: {}, annotations: {} }),
  spec: podSpec,
});

export type Container = z.output<typeof containerSchema>;

export interface PodTemplate {
  readonly source: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: z.output<typeof podSpec>;
  /** Pods of a Knative Service get a queue-proxy and a label with its name. */
  readonly knativeService: string | undefined;
}

const withTemplate = z.looseObject({ spec: z.looseObject({ template }) });
const withCronTemplate = z.looseObject({ spec: z.looseObject({ jobTemplate: withTemplate }) });

const templateOf: Readonly<Record<string, (manifest: Manifest) => z.output<typeof template>>> = {
  'apps/v1/Deployment': (manifest) => withTemplate.parse(manifest).spec.template,
  'apps/v1/StatefulSet': (manifest) => withTemplate.parse(manifest).spec.template,
  'apps/v1/DaemonSet': (manifest) => withTemplate.parse(manifest).spec.template,
  'batch/v1/Job': (manifest) => withTemplate.parse(manifest).spec.template,
  'batch/v1/CronJob': (manifest) => withCronTemplate.parse(manifest).spec.jobTemplate.spec.template,
  'sources.knative.dev/v1/ContainerSource': (manifest) => withTemplate.parse(manifest).spec.template,
  'serving.knative.dev/v1/Service': (manifest) => withTemplate.parse(manifest).spec.template,
};

/** Pod templates among the manifests, of every kind that makes pods. */
export function podTemplates(manifests: readonly Manifest[]): readonly PodTemplate[] {
  return manifests.flatMap((manifest) => {
    const read = templateOf[`${manifest.apiVersion}/${manifest.kind}`];
    if (read === undefined) {
      return [];
    }
    const { metadata, spec } = read(manifest);
    const knativeService = manifest.apiVersion === 'serving.knative.dev/v1' ? manifest.metadata.name : undefined;
    return [
      {
        source: nameOf(manifest),
        namespace: manifest.metadata.namespace ?? 'default',
        labels:
          knativeService === undefined
            ? metadata.labels
            : { ...metadata.labels, 'serving.knative.dev/service': knativeService },
        annotations: metadata.annotations,
        spec,
        knativeService,
      },
    ];
  });
}
