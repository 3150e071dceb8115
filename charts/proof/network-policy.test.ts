import { describe, expect, test } from '@jest/globals';
import { assert, integer, nat, property } from 'fast-check';
import { parseManifest } from './manifest.ts';
import { contains, type End, isOpen, readPolicies } from './network-policy.ts';

const policy = (namespace: string, spec: object) =>
  parseManifest({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'p', namespace },
    spec,
  });

const pod = (namespace: string, labels: Record<string, string> = {}): End => ({ kind: 'pod', namespace, labels });
const address = (value: string): End => ({ kind: 'address', address: value });

interface Over {
  readonly port?: number;
  readonly protocol?: 'TCP' | 'UDP';
}

function reaches(
  policies: readonly object[],
  from: End,
  to: End,
  { port = 8080, protocol = 'TCP' }: Over = {},
): boolean {
  return isOpen(readPolicies(policies.map(parseManifest)), { from, to, port, protocol });
}

const closed = (namespace: string) => policy(namespace, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });

const ingressFrom = (from: readonly object[], ports?: readonly object[]) =>
  policy('a', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from, ...(ports ? { ports } : {}) }] });

const named = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });

const show = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

describe('the evaluator of network policies', () => {
  test('leaves a pod open that no policy selects', () => {
    expect(reaches([], pod('b'), pod('a'))).toBe(true);
    expect(reaches([closed('c')], pod('b'), pod('a'))).toBe(true);
  });

  test('closes both directions of a namespace without rules', () => {
    expect(reaches([closed('a')], pod('b'), pod('a'))).toBe(false);
    expect(reaches([closed('a')], pod('a'), pod('b'))).toBe(false);
    expect(reaches([closed('a')], pod('a'), address('203.0.113.1'))).toBe(false);
  });

  test('needs the sender and the receiver to agree', () => {
    const open = ingressFrom([{ namespaceSelector: named('b') }]);
    expect(reaches([open], pod('b'), pod('a'))).toBe(true);
    expect(reaches([open, closed('b')], pod('b'), pod('a'))).toBe(false);
  });

  test('adds up the policies that select a pod', () => {
    expect(reaches([closed('a'), ingressFrom([{ namespaceSelector: named('b') }])], pod('b'), pod('a'))).toBe(true);
  });

  test('reads a pod selector alone as one in the namespace of the policy', () => {
    const open = ingressFrom([{ podSelector: { matchLabels: { app: 'x' } } }]);
    expect(reaches([open], pod('a', { app: 'x' }), pod('a'))).toBe(true);
    expect(reaches([open], pod('b', { app: 'x' }), pod('a'))).toBe(false);
  });

  test('reads namespace and pod selector in one entry as both, in two entries as either', () => {
    const both = ingressFrom([{ namespaceSelector: named('b'), podSelector: { matchLabels: { app: 'x' } } }]);
    const either = ingressFrom([{ namespaceSelector: named('b') }, { podSelector: { matchLabels: { app: 'x' } } }]);
    expect(reaches([both], pod('b'), pod('a'))).toBe(false);
    expect(reaches([either], pod('b'), pod('a'))).toBe(true);
  });

  test('reads a missing or empty list of peers or ports as all of them', () => {
    expect(
      reaches([policy('a', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] })], pod('z'), pod('a'), {
        port: 1,
      }),
    ).toBe(true);
    expect(reaches([ingressFrom([], [])], pod('z'), pod('a'), { port: 1 })).toBe(true);
  });

  test('matches the port and its protocol, TCP where none is written, and ranges', () => {
    const open = ingressFrom(
      [{ namespaceSelector: {} }],
      [
        { port: 53, protocol: 'UDP' },
        { port: 80, endPort: 82 },
      ],
    );
    expect(reaches([open], pod('b'), pod('a'), { port: 53, protocol: 'UDP' })).toBe(true);
    expect(reaches([open], pod('b'), pod('a'), { port: 53, protocol: 'TCP' })).toBe(false);
    expect([79, 80, 82, 83].map((port) => reaches([open], pod('b'), pod('a'), { port }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('matches an address block and its exceptions, never a pod', () => {
    const block = { ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } };
    const out = policy('a', { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [block] }] });
    expect(reaches([out], pod('a'), address('203.0.113.1'))).toBe(true);
    expect(reaches([out], pod('a'), address('10.1.2.3'))).toBe(false);
    expect(reaches([out], pod('a'), pod('b'))).toBe(false);
  });

  test('selects by expression', () => {
    const selector = {
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['x', 'y'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    };
    const open = ingressFrom([{ podSelector: selector }]);
    expect(reaches([open], pod('a', { tier: 'y' }), pod('a'))).toBe(true);
    expect(reaches([open], pod('a', { tier: 'z' }), pod('a'))).toBe(false);
    expect(reaches([open], pod('a', { tier: 'y', old: '1' }), pod('a'))).toBe(false);
  });

  test('finds every address of a range in it, and the ones beside it not', () => {
    assert(
      property(nat(2 ** 32 - 1), integer({ min: 1, max: 32 }), nat(), (base, bits, offset) => {
        const size = 2 ** (32 - bits);
        const start = Math.floor(base / size) * size;
        const range = `${show(start)}/${bits}`;
        expect(contains(range, show(start + (offset % size)))).toBe(true);
        const beside = [start + size, start - 1].filter((value) => value >= 0 && value < 2 ** 32);
        expect(beside.some((value) => contains(range, show(value)))).toBe(false);
      }),
    );
  });
});
