import { z } from 'zod';
import { labelSelector, type LabelSelector, selects } from './label-selector.ts';
import { type Manifest, nameOf, ofKind } from './manifest.ts';
import type { Output } from './output.ts';
import type { PodTemplate } from './pod-template.ts';
import { policiesOfLaterPods } from './provided.ts';

/** Selectors that select no pod template, and ports that the selected pods or Services do not have. */
export function selectorFaults(output: Output): readonly string[] {
  return [
    ...ofKind(output.manifests, 'Service', '').flatMap((service) => serviceFaults(output, service)),
    ...['Deployment', 'PodDisruptionBudget'].flatMap((kind) =>
      ofKind(output.manifests, kind).flatMap((manifest) => specSelectorFaults(output, manifest)),
    ),
    ...ofKind(output.manifests, 'NetworkPolicy').flatMap((policy) => policyFaults(output, policy)),
    ...ofKind(output.manifests, 'Ingress').flatMap((ingress) => backendPortFaults(output, ingress)),
  ];
}

function selected(
  { templates }: Output,
  namespace: string | undefined,
  selector: LabelSelector,
): readonly PodTemplate[] {
  return templates.filter((template) => template.namespace === namespace && selects(selector, template.labels));
}

const nothingSelected = (manifest: Manifest): string =>
  `${nameOf(manifest)}: its selector selects no pod of the output; match the labels of a pod template`;

const service = z.looseObject({
  spec: z.looseObject({
    selector: z.record(z.string(), z.string()).default({}),
    ports: z.array(
      z.looseObject({
        name: z.string().optional(),
        port: z.number(),
        targetPort: z.union([z.string(), z.number()]).optional(),
      }),
    ),
  }),
});

function serviceFaults(output: Output, manifest: Manifest): readonly string[] {
  const { selector, ports } = service.parse(manifest).spec;
  const found = selected(output, manifest.metadata.namespace, { matchLabels: selector, matchExpressions: [] });
  if (found.length === 0) {
    return [nothingSelected(manifest)];
  }
  const open = new Set(
    found.flatMap(({ spec }) =>
      spec.containers.flatMap(({ ports: own }) => own.flatMap(({ name, containerPort }) => [name, containerPort])),
    ),
  );
  return ports
    .filter(({ port, targetPort }) => !open.has(targetPort ?? port))
    .map(
      ({ port, targetPort }) =>
        `${nameOf(manifest)}: port ${port} goes to ${targetPort ?? port}, which no container of the selected pods opens; open it or change targetPort`,
    );
}

const withSelector = z.looseObject({ spec: z.looseObject({ selector: labelSelector }) });

function specSelectorFaults(output: Output, manifest: Manifest): readonly string[] {
  const { selector } = withSelector.parse(manifest).spec;
  return selected(output, manifest.metadata.namespace, selector).length === 0 ? [nothingSelected(manifest)] : [];
}

const policy = z.looseObject({ spec: z.looseObject({ podSelector: labelSelector }) });

function policyFaults(output: Output, manifest: Manifest): readonly string[] {
  if (policiesOfLaterPods.includes(manifest.metadata.name)) {
    return [];
  }
  const { podSelector } = policy.parse(manifest).spec;
  const isEmpty = Object.keys(podSelector.matchLabels).length === 0 && podSelector.matchExpressions.length === 0;
  return isEmpty || selected(output, manifest.metadata.namespace, podSelector).length > 0
    ? []
    : [nothingSelected(manifest)];
}

const ingressPorts = z.looseObject({
  spec: z.looseObject({
    rules: z.array(
      z.looseObject({
        http: z.looseObject({
          paths: z.array(
            z.looseObject({
              backend: z.looseObject({
                service: z.looseObject({
                  name: z.string(),
                  port: z.looseObject({ name: z.string().optional(), number: z.number().optional() }),
                }),
              }),
            }),
          ),
        }),
      }),
    ),
  }),
});

function backendPortFaults({ manifests }: Output, manifest: Manifest): readonly string[] {
  const backends = ingressPorts
    .parse(manifest)
    .spec.rules.flatMap(({ http }) => http.paths.map(({ backend }) => backend.service));
  return backends.flatMap(({ name, port }) => {
    const target = ofKind(manifests, 'Service', '').find(
      ({ metadata }) => metadata.name === name && metadata.namespace === manifest.metadata.namespace,
    );
    if (target === undefined) {
      return [];
    }
    const open = service.parse(target).spec.ports;
    return open.some((one) => one.name === port.name || one.port === port.number)
      ? []
      : [
          `${nameOf(manifest)}: backend port ${port.name ?? port.number} is no port of Service ${name}; use one of its ports`,
        ];
  });
}
