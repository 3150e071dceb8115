import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { comesBack, forwardEdges, type ForwardEdge } from './forward-loop.ts';
import { sampleAgent, sampleSettings, sharedSettings } from './sample.ts';

const broker = fc.constantFrom('a', 'b', 'c', 'd');
const edge: fc.Arbitrary<ForwardEdge> = fc.record({
  from: broker,
  to: broker,
  type: fc.constantFrom('x.y', 'x.z', '*'),
});

/** Hops of an event until nobody sends it on; undefined where it goes on for more hops than there are brokers. */
function hopsOf(at: string, type: string, edges: readonly ForwardEdge[], hops = 0): number | undefined {
  if (hops > 4) return undefined;
  const next = edges.filter((one) => one.from === at && (one.type === '*' || one.type === type));
  const all = next.map(({ to }) => hopsOf(to, type, edges, hops + 1));
  return all.some((one) => one === undefined) ? undefined : Math.max(hops, ...all.map((one) => one ?? 0));
}

const starts = ['a', 'b', 'c', 'd'].flatMap((at) => ['x.y', 'x.z'].map((type) => [at, type] as const));

const startsForEver = (edges: readonly ForwardEdge[]) =>
  starts.filter(([at, type]) => hopsOf(at, type, edges) === undefined);

const edges = fc.array(edge, { maxLength: 12 });

test('no event goes on for ever once what comes back is left out', () => {
  fc.assert(
    fc.property(edges, (all) => {
      expect(startsForEver(all.filter((one) => !comesBack(one, all)))).toEqual([]);
    }),
  );
});

test('nothing is left out where every event ends', () => {
  const ending = edges.filter((all) => startsForEver(all).length === 0);
  fc.assert(
    fc.property(ending, (all) => {
      expect(all.filter((one) => comesBack(one, all))).toEqual([]);
    }),
  );
});

test('the order of the edges is nothing to the answer', () => {
  fc.assert(
    fc.property(fc.array(edge, { minLength: 1, maxLength: 12 }), (all) => {
      const reversed = all.toReversed();
      expect(all.map((one) => comesBack(one, reversed))).toEqual(all.map((one) => comesBack(one, all)));
    }),
  );
});

test('edges are what agents ask for between brokers', () => {
  const agent = sampleAgent({
    permissions: { allowedTargetNamespaces: ['others'] },
    eventing: {
      forwards: [
        { eventTypes: ['x.y'], targetAgent: 'other', targetNamespace: 'others' },
        { eventTypes: ['x.y'], targetAgent: 'near', targetNamespace: 'agents' },
        { eventTypes: ['x.y'], targetAgent: 'far', targetNamespace: 'elsewhere' },
      ],
    },
  });
  expect(forwardEdges([agent], sampleSettings.broker)).toEqual([
    { from: 'agents/bruno-broker', to: 'others/other-broker', type: 'x.y' },
    { from: 'agents/bruno-broker', to: 'agents/near-broker', type: 'x.y' },
  ]);
  expect(forwardEdges([agent], sharedSettings.broker)).toEqual([
    { from: 'agents/lambda-broker', to: 'others/lambda-broker', type: 'x.y' },
  ]);
});

test('every edge of a ring comes back, whatever it calls the type', () => {
  const ring = [
    { from: 'a', to: 'b', type: '*' },
    { from: 'b', to: 'a', type: 'x.y' },
  ] as const;
  expect(ring.map((one) => comesBack(one, ring))).toEqual([true, true]);
});
