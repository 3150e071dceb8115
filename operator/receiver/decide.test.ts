import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { annotations as keys } from '../api/index.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { Command } from './command.ts';
import { decide, type Decision, type PresentFunction } from './decide.ts';
import { eventToken, rememberedEvents } from './handled-events.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const target = { namespace: 'functions', name: 'hello' };
const spec = { source: { type: 'inline', inline: { code: 'x' } } };

const deploy = (changes: object = {}): Command => ({
  kind: 'deploy',
  target,
  labels: { team: 'a' },
  annotations: { note: 'b' },
  spec,
  ...changes,
});
const plain = (kind: 'delete' | 'rebuild' | 'cancelBuild'): Command => ({ kind, target, reason: '' });
const rollback: Command = { kind: 'rollback', target, revision: 'hello-00001', reason: 'slow' };

const event = (changes: Partial<CloudEvent> = {}): CloudEvent => ({
  id: 'e-1',
  source: '/s',
  type: 't',
  subject: undefined,
  time: '2026-01-01T11:00:00Z',
  dataContentType: undefined,
  dataSchema: undefined,
  extensions: {},
  data: { kind: 'none' },
  ...changes,
});

const present = (changes: Partial<PresentFunction> = {}): PresentFunction => ({
  uid: 'u',
  resourceVersion: '7',
  isDeleting: false,
  annotations: {},
  spec: {},
  phase: 'Ready',
  ...changes,
});

/** Annotations that a decision writes. */
function written(decision: Decision): Readonly<Record<string, string>> {
  switch (decision.kind) {
    case 'create':
      return decision.object.metadata.annotations;
    case 'patch':
      return decision.members.metadata.annotations;
    default:
      throw new Error(`got ${decision.kind}, expected annotations`);
  }
}

describe('a command for a function that is not there', () => {
  test('makes it, with where it came from', () => {
    expect(
      decide(deploy(), event({ extensions: { correlationid: 'c', traceparent: '00-a-b-01' } }), undefined, now),
    ).toEqual({
      kind: 'create',
      object: {
        metadata: {
          ...target,
          labels: { team: 'a' },
          annotations: {
            note: 'b',
            [keys.createdByCloudEvent]: 'true',
            [keys.cloudEventId]: 'e-1',
            [keys.cloudEventSource]: '/s',
            [keys.lastCloudEventId]: 'e-1',
            [keys.handledCloudEvents]: eventToken(event()),
            [keys.specEventPosition]: `{"source":"/s","time":${Date.parse('2026-01-01T11:00:00Z')}}`,
            [keys.correlationId]: 'c',
            [keys.traceParent]: '00-a-b-01',
          },
        },
        spec,
      },
    });
  });

  test('is a success when it deletes', () => {
    expect(decide(plain('delete'), event(), undefined, now)).toEqual({ kind: 'nothing', because: 'absent' });
  });

  test.each([plain('rebuild'), plain('cancelBuild'), rollback])('fails when it is $kind', (command) => {
    expect(decide(command, event(), undefined, now)).toEqual({
      kind: 'refuse',
      reason: 'unknown_target',
      message: 'no function functions/hello; deploy it first',
    });
  });
});

describe('a command for a function that is there', () => {
  test('replaces its spec, and merges labels and annotations', () => {
    const old = { source: { type: 's3', s3: { key: 'k' } }, env: [{ name: 'A' }], scaling: { minReplicas: 1 } };
    const decision = decide(deploy({ spec: { ...spec, scaling: {} } }), event(), present({ spec: old }), now);
    expect(decision).toMatchObject({
      kind: 'patch',
      members: {
        metadata: { ...target, resourceVersion: '7', labels: { team: 'a' }, annotations: { note: 'b' } },
        spec: {
          source: { type: 'inline', inline: { code: 'x' }, s3: null },
          env: null,
          scaling: { minReplicas: null },
        },
      },
    });
    expect(Object.keys(written(decision))).not.toContain(keys.createdByCloudEvent);
  });

  test('deletes the one that it saw', () => {
    const expected = { kind: 'delete', target, uid: 'u', resourceVersion: '7' };
    expect(decide(plain('delete'), event(), present(), now)).toEqual(expected);
  });

  test('is told when its code changed, and not again while the operator waits for more', () => {
    const refresh = { kind: 'refresh', target } as const;
    const told = (changedAt: string) => present({ annotations: { [keys.sourceChanged]: changedAt } });
    expect(written(decide(refresh, event(), present(), now))).toEqual({
      [keys.sourceChanged]: '2026-01-01T12:00:00.000Z',
      [keys.correlationId]: 'e-1',
    });
    const pending = { kind: 'nothing', because: 'pending' };
    expect(decide(refresh, event(), told('2026-01-01T11:59:58.001Z'), now)).toEqual(pending);
    for (const changedAt of ['2026-01-01T11:59:58Z', '2026-01-01T12:00:01Z', 'soon']) {
      expect(written(decide(refresh, event(), told(changedAt), now))[keys.sourceChanged]).toBe(
        '2026-01-01T12:00:00.000Z',
      );
    }
  });

  test('that is gone, or is going, is not told that its code changed', () => {
    const refresh = { kind: 'refresh', target } as const;
    expect(decide(refresh, event(), undefined, now)).toEqual({ kind: 'nothing', because: 'absent' });
    expect(decide(refresh, event(), present({ isDeleting: true }), now)).toEqual({
      kind: 'nothing',
      because: 'deleting',
    });
  });

  test('asks for one build, however often it is delivered', () => {
    const token = eventToken(event());
    expect(written(decide(plain('rebuild'), event(), present(), now))[keys.rebuildRequested]).toBe(token);
    expect(
      written(decide(plain('rebuild'), event(), present({ resourceVersion: '8' }), now))[keys.rebuildRequested],
    ).toBe(token);
    expect(written(decide(plain('rebuild'), event({ source: '/t' }), present(), now))[keys.rebuildRequested]).not.toBe(
      token,
    );
  });

  test.each(['Building', 'Pending'])('stops a build in the phase %s', (phase) => {
    expect(written(decide(plain('cancelBuild'), event(), present({ phase }), now))[keys.cancelBuild]).toBe('true');
  });

  test.each(['Ready', 'Failed', undefined])(
    'stops nothing in the phase %s, so that the next build is not stopped',
    (phase) => {
      const expected = { kind: 'nothing', because: 'notBuilding' };
      expect(decide(plain('cancelBuild'), event(), present({ phase }), now)).toEqual(expected);
    },
  );

  test.each([deploy(), plain('rebuild')])('builds again after a cancelled build when it is $kind', (command) => {
    const cancelled = present({ annotations: { [keys.cancelBuild]: 'true' } });
    expect(written(decide(command, event(), cancelled, now))[keys.cancelBuild]).toBe('false');
    expect(Object.keys(written(decide(command, event(), present(), now)))).not.toContain(keys.cancelBuild);
  });

  test('goes back to a revision', () => {
    expect(written(decide(rollback, event(), present(), now))).toMatchObject({
      [keys.rollbackTarget]: 'hello-00001',
      [keys.rollbackReason]: 'slow',
      [keys.rollbackRequested]: eventToken(event()),
    });
  });
});

describe('a function that is being deleted', () => {
  test.each([
    [deploy(), { kind: 'refuse', reason: 'dependency_unavailable' }],
    [plain('delete'), { kind: 'nothing', because: 'deleting' }],
    [plain('rebuild'), { kind: 'refuse', reason: 'unknown_target' }],
  ])('meets %j with %j', (command, decision) => {
    expect(decide(command, event(), present({ isDeleting: true }), now)).toMatchObject(decision);
  });
});

/** The function after an event had its effect on it. */
const after = (command: Command, given: CloudEvent, before: PresentFunction | undefined): PresentFunction =>
  present({
    annotations: { ...before?.annotations, ...written(decide(command, given, before, now)) },
    phase: 'Building',
  });

describe('an event', () => {
  const commands = [deploy(), plain('rebuild'), plain('cancelBuild'), rollback];

  test.each(commands)('has no second effect when it is $kind', (command) => {
    const handled = after(command, event(), command.kind === 'deploy' ? undefined : present({ phase: 'Building' }));
    const duplicate = { kind: 'nothing', because: 'duplicate' };
    expect(decide(command, event(), handled, now)).toEqual(duplicate);
    expect(decide(command, event({ time: undefined }), handled, now)).toEqual(duplicate);
    expect(decide(command, event({ id: 'e-2' }), handled, now).kind).not.toBe('nothing');
    expect(decide(command, event({ source: '/t' }), handled, now).kind).not.toBe('nothing');
  });

  test('is remembered while no more than the limit come after it', () => {
    const ids = Array.from({ length: rememberedEvents }, (_, index) => `n-${index}`);
    const full = ids.reduce((before, id) => after(plain('rebuild'), event({ id }), before), present());
    const isDuplicate = (id: string) => decide(plain('rebuild'), event({ id }), full, now).kind === 'nothing';
    expect([isDuplicate('n-0'), isDuplicate(`n-${rememberedEvents}`)]).toEqual([true, false]);
    const over = after(plain('rebuild'), event({ id: 'last' }), full);
    expect(over.annotations[keys.handledCloudEvents]?.split(' ')).toHaveLength(rememberedEvents);
  });

  const at = (time: string, extensions: Readonly<Record<string, string>> = {}, source = '/s') =>
    event({ id: `${time}${JSON.stringify(extensions)}${source}`, time, extensions, source });
  const [early, late, future] = ['2026-01-01T09:00:00Z', '2026-01-01T10:00:00Z', '2099-01-01T00:00:00Z'];

  test.each([
    ['earlier', at(late), at(early), 'stale'],
    ['later', at(early), at(late), 'patch'],
    ['at the same time', at(late), at(late, { other: '1' }), 'patch'],
    ['lower in the sequence of its source', at(early, { sequence: '10' }), at(late, { sequence: '9' }), 'stale'],
    ['higher in the sequence of its source', at(late, { sequence: '9' }), at(early, { sequence: '10' }), 'patch'],
    [
      'lower in the sequence of another source',
      at(early, { sequence: '10' }),
      at(late, { sequence: '9' }, '/t'),
      'patch',
    ],
    ['lower by the old name', at(early, { sequencevalue: '10' }), at(late, { sequencevalue: '9' }), 'stale'],
    [
      'in no sequence of numbers',
      at(early, { sequence: '10', sequencetype: 'x' }),
      at(late, { sequence: '9' }),
      'patch',
    ],
    ['after one from a clock that is ahead', at(future), at('2026-01-01T12:00:00Z'), 'patch'],
    ['of no time', at(late), event({ id: 'e-9', time: undefined }), 'patch'],
  ])('that is %s after another deploy is taken as it should', (_title, first, second, expected) => {
    const decision = decide(deploy(), second, after(deploy(), first, undefined), now);
    expect(decision.kind === 'nothing' ? decision.because : decision.kind).toBe(expected);
  });

  test('without a time does not open the way to stale ones', () => {
    const untimed = after(deploy(), event({ id: 'e-9', time: undefined }), after(deploy(), at(late), undefined));
    expect(decide(deploy(), at(early), untimed, now)).toEqual({ kind: 'nothing', because: 'stale' });
  });

  test('is stale when it deletes what was deployed after it', () => {
    const expected = { kind: 'nothing', because: 'stale' };
    expect(decide(plain('delete'), at(early), after(deploy(), at(late), undefined), now)).toEqual(expected);
  });

  test('that deploys is not stale because a build was asked for later', () => {
    expect(decide(deploy(), at(early), after(plain('rebuild'), at(late), present()), now).kind).toBe('patch');
    expect(decide(plain('cancelBuild'), at(early), after(plain('rebuild'), at(late), present()), now).kind).toBe(
      'nothing',
    );
  });

  test('leaves the newest deploy whatever order a broker delivers in, and how often', () => {
    const deploys = [1, 2, 3, 4].map((minute) => ({
      command: deploy({ spec: { minute } }),
      event: event({ id: `e-${minute}`, time: `2026-01-01T11:0${minute}:00Z` }),
    }));
    const deliveries = fc.array(fc.constantFrom(...deploys), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(deliveries, (delivered) => {
        let state: PresentFunction | undefined;
        for (const { command, event: given } of delivered) {
          const decision = decide(command, given, state, now);
          if (decision.kind === 'nothing') continue;
          state = present({
            annotations: { ...state?.annotations, ...written(decision) },
            spec: command.kind === 'deploy' && command.spec,
          });
        }
        const newest = Math.max(...delivered.map(({ event: { id } }) => Number(id.slice(2))));
        expect(state?.spec).toEqual({ minute: newest });
      }),
    );
  });
});
