import { z } from 'zod';
import type { Environment } from '../../stacks/index.ts';
import { labelSelector, selects } from './label-selector.ts';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import type { Output } from './output.ts';
import { monitorsOfLaterPods } from './provided.ts';

/** A monitor that Prometheus does not take, whose series lack the environment, or that finds no port to scrape. */
export function monitorFaults(output: Output): readonly string[] {
  return [
    ...['ServiceMonitor', 'PodMonitor', 'PrometheusRule'].flatMap((kind) =>
      ofKind(output.manifests, kind).flatMap((manifest) => selectionFaults(manifest, output.environment)),
    ),
    ...ofKind(output.manifests, 'ServiceMonitor').flatMap((monitor) => targetFaults(output, monitor, servicePorts)),
    ...ofKind(output.manifests, 'PodMonitor').flatMap((monitor) => targetFaults(output, monitor, podPorts)),
  ];
}

function selectionFaults(manifest: Manifest, { monitoring }: Environment): readonly string[] {
  const got = manifest.metadata.labels?.['release'];
  return got === monitoring.release
    ? []
    : [
        `${nameOf(manifest)}: got label release ${got ?? 'none'}, allowed ${monitoring.release}; Prometheus selects by it`,
      ];
}

const endpoints = z
  .array(
    z.looseObject({
      port: z.string(),
      relabelings: z.array(z.looseObject({ targetLabel: z.string().optional() })).default([]),
    }),
  )
  .default([]);

const monitor = z.looseObject({
  spec: z.looseObject({ selector: labelSelector, endpoints, podMetricsEndpoints: endpoints }),
});

type FindPorts = (output: Output, manifest: Manifest) => ReadonlySet<string | undefined> | undefined;

function targetFaults(output: Output, manifest: Manifest, findPorts: FindPorts): readonly string[] {
  const { spec } = monitor.parse(manifest);
  const scraped = [...spec.endpoints, ...spec.podMetricsEndpoints];
  const unlabelled = scraped
    .filter(({ relabelings }) => !relabelings.some(({ targetLabel }) => targetLabel === 'environment'))
    .map(({ port }) => `${nameOf(manifest)}: series of port ${port} get no label environment; add the relabeling`);
  if (monitorsOfLaterPods(output.environment).includes(manifest.metadata.name)) {
    return unlabelled;
  }
  const open = findPorts(output, manifest);
  if (open === undefined) {
    return [
      ...unlabelled,
      `${nameOf(manifest)}: its selector selects nothing of the output; match the labels of what it scrapes`,
    ];
  }
  const closed = scraped
    .filter(({ port }) => !open.has(port))
    .map(
      ({ port }) =>
        `${nameOf(manifest)}: got port ${port}, allowed ${[...open].join(', ')}; name a port of what it selects`,
    );
  return [...unlabelled, ...closed];
}

const service = z.looseObject({
  spec: z.looseObject({ ports: z.array(z.looseObject({ name: z.string().optional() })) }),
});

function servicePorts({ manifests }: Output, manifest: Manifest): ReadonlySet<string | undefined> | undefined {
  const { selector } = monitor.parse(manifest).spec;
  const found = ofKind(manifests, 'Service', '').filter(
    ({ metadata }) => metadata.namespace === manifest.metadata.namespace && selects(selector, metadata.labels ?? {}),
  );
  return found.length === 0
    ? undefined
    : new Set(found.flatMap((one) => service.parse(one).spec.ports.map(({ name }) => name)));
}

/** Knative names the port of a container without a name. */
const knativePort = 'user-port';

function podPorts({ templates }: Output, manifest: Manifest): ReadonlySet<string | undefined> | undefined {
  const { selector } = monitor.parse(manifest).spec;
  const found = templates.filter(
    ({ namespace, labels }) => namespace === manifest.metadata.namespace && selects(selector, labels),
  );
  return found.length === 0
    ? undefined
    : new Set(
        found.flatMap(({ spec }) =>
          spec.containers.flatMap(({ ports }) => ports.map(({ name }) => name ?? knativePort)),
        ),
      );
}
