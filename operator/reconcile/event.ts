import type { KubernetesObject } from '../kube/object.ts';
import { toMicroTime } from './micro-time.ts';

/** What is said of an object to people who look at it; reason and action are CamelCase words of one table. */
export interface Happening {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** What was done or tried. */
  readonly action: string;
  readonly note: string;
}

export interface EventSeries {
  readonly count: number;
  readonly lastObservedTime: string;
}

/** An Event of events.k8s.io/v1 as it is created; the API server lets only its series change. */
export interface NewEvent extends Happening {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
  readonly series?: EventSeries;
}

export interface Reporter {
  /** Such as `lambda.knative.io/operator`. */
  readonly controller: string;
  /** Name of the pod. */
  readonly instance: string;
}

/** Limits of the API server, in bytes. */
const [noteLimit, instanceLimit] = [1024, 128];
/** An object's name and the suffix together may have 253 characters. */
const nameLimit = 230;

/** The event of the first happening; `suffix` keeps it apart from others of the object. */
export function buildEvent(
  { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } }: KubernetesObject,
  { note, ...happening }: Happening,
  reporter: Reporter,
  { time, suffix }: { readonly time: Date; readonly suffix: string },
): NewEvent {
  return {
    ...happening,
    note: shorten(note),
    metadata: { name: `${name.slice(0, nameLimit)}.${suffix}`, namespace: namespace ?? 'default' },
    eventTime: toMicroTime(time),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance.slice(0, instanceLimit),
    regarding: { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name, uid, resourceVersion },
  };
}

/** Cuts between characters, though the limit counts bytes. */
function shorten(note: string): string {
  const bytes = new TextEncoder().encode(note);
  if (bytes.length <= noteLimit) return note;
  return `${new TextDecoder().decode(bytes.subarray(0, noteLimit - 4)).replace(/\uFFFD+$/, '')}…`;
}
