import type { End, PodEnd } from '../../charts/index.ts';
import { fieldsOf, isFields, listOf, textOf } from '../diff/value.ts';
import type { Comparison } from '../finding.ts';
import { type Objects, type PreviewObject } from '../object.ts';

/** One end of a connection as a reader names it. */
export interface NamedEnd {
  readonly name: string;
  readonly end: End;
  /** Whether it belongs to the environment: what gets through to it from elsewhere is worth a warning. */
  readonly isOwn: boolean;
  /** Whether nobody has a reason to let it in. */
  readonly isStranger: boolean;
  /** Whether it opens connections; a service of the node only answers. */
  readonly sends: boolean;
  /** Ports that its containers open. */
  readonly ports: readonly number[];
}

const labelsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fieldsOf(value)).map(([name, text]) => [name, String(text)]));

/** Pods of a workload. */
function toEnd({ id, value }: PreviewObject): readonly NamedEnd[] {
  const template = fieldsOf(value, 'spec', 'template');
  const containers = listOf(template, 'spec', 'containers');
  if (containers.length === 0) return [];
  const labels = labelsOf(fieldsOf(template, 'metadata', 'labels'));
  const isKnative = id.apiGroup === 'serving.knative.dev';
  const end: PodEnd = {
    kind: 'pod',
    namespace: id.namespace,
    labels: isKnative ? { ...labels, 'serving.knative.dev/service': id.name } : labels,
  };
  const ports = containers.flatMap((container) =>
    listOf(container, 'ports').map((port) => Number(textOf(port, 'containerPort'))),
  );
  return [
    {
      name: `${id.kind} ${id.name}`,
      end,
      isOwn: true,
      isStranger: false,
      sends: true,
      ports: isKnative ? [...ports, 8012] : ports,
    },
  ];
}

/** Label selectors of policies stand for pods that the operator or Knative makes later. */
function selectedEnds({ id, value }: PreviewObject): readonly NamedEnd[] {
  const labels = labelsOf(fieldsOf(value, 'spec', 'podSelector', 'matchLabels'));
  const isPlain = Object.keys(fieldsOf(value, 'spec', 'podSelector')).every((name) => name === 'matchLabels');
  return id.kind !== 'NetworkPolicy' || !isPlain
    ? []
    : [
        {
          name: `pods of NetworkPolicy ${id.name}`,
          end: { kind: 'pod', namespace: id.namespace, labels },
          isOwn: true,
          isStranger: false,
          sends: true,
          ports: [],
        },
      ];
}

/** Peers of other namespaces that policies name. */
function peerEnds(objects: Objects): readonly NamedEnd[] {
  const peers = [...objects.values()]
    .filter(({ id }) => id.kind === 'NetworkPolicy')
    .flatMap(({ value }) => [
      ...listOf(value, 'spec', 'ingress').flatMap((rule) => listOf(rule, 'from')),
      ...listOf(value, 'spec', 'egress').flatMap((rule) => listOf(rule, 'to')),
    ]);
  return peers.flatMap((peer): readonly NamedEnd[] => {
    const namespace = textOf(peer, 'namespaceSelector', 'matchLabels', 'kubernetes.io/metadata.name');
    if (namespace === '' || !isFields(peer)) return [];
    const labels = labelsOf(fieldsOf(peer, 'podSelector', 'matchLabels'));
    const label = Object.values(labels).join(' ');
    const name = `${namespace}${label === '' ? '' : ` (${label})`}`;
    return [{ name, end: { kind: 'pod', namespace, labels }, isOwn: false, isStranger: false, sends: true, ports: [] }];
  });
}

const outside: readonly NamedEnd[] = [
  {
    name: 'a pod of somebody else',
    end: { kind: 'pod', namespace: 'somebody-elses-namespace', labels: { app: 'stranger' } },
    isOwn: false,
    isStranger: true,
    sends: true,
    ports: [],
  },
  {
    name: 'the public',
    // TEST-NET-3 stands for any public address
    end: { kind: 'address', address: '203.0.113.7' },
    isOwn: false,
    isStranger: true,
    sends: true,
    ports: [],
  },
  {
    name: 'the metadata of the node',
    end: { kind: 'address', address: '169.254.169.254' },
    isOwn: false,
    isStranger: true,
    sends: false,
    ports: [80],
  },
];

/** Whether the labels of one end select the pods of another. */
function isSelected(selector: End, pods: End): boolean {
  return (
    selector.kind === 'pod' &&
    pods.kind === 'pod' &&
    selector.namespace === pods.namespace &&
    Object.entries(selector.labels).every(([key, text]) => pods.labels[key] === text)
  );
}

/** Ends of an environment and around it, each once, by name. */
export function endsOf({ base, head }: Comparison): readonly NamedEnd[] {
  const objects = [...base.values(), ...head.values()];
  const workloads = objects.flatMap(toEnd);
  const isKnown = ({ end }: NamedEnd): boolean => workloads.some((one) => isSelected(end, one.end));
  const own = [...workloads, ...objects.flatMap(selectedEnds).filter((one) => !isKnown(one))];
  const namespaces = new Set(own.flatMap(({ end }) => (end.kind === 'pod' ? [end.namespace] : [])));
  const peers = [...peerEnds(base), ...peerEnds(head)].filter(
    ({ end }) => end.kind === 'pod' && !namespaces.has(end.namespace),
  );
  const all = [...own, ...peers, ...outside].map((one) => [`${one.name} ${JSON.stringify(one.end)}`, one] as const);
  return [...new Map(all).values()];
}
