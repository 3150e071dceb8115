import { describe, expect, test } from '@jest/globals';
import { environmentSchema, readEnvironments, settingsOf } from './index.ts';
import { altered, faultsAfter, faultsOf, valueAt } from './trial.ts';

const dns = 'a DNS label: lower-case letters, digits and hyphens';

/** Kind of fault, path in dev, value, and the line that refuses it. */
const faults: readonly (readonly [string, string, unknown, string])[] = [
  [
    'a missing setting',
    'logLevel',
    undefined,
    'dev.logLevel: missing, allowed debug, info, warn, error; set it in stacks/dev.ts',
  ],
  [
    'a missing group',
    'monitoring',
    undefined,
    'dev.monitoring: missing, allowed a group of settings; set it in stacks/dev.ts',
  ],
  [
    'a value outside its list',
    'logLevel',
    'verbose',
    'dev.logLevel: got "verbose", allowed debug, info, warn, error; change it in stacks/dev.ts',
  ],
  [
    'a text for a number',
    'operator.replicas',
    '1',
    'dev.operator.replicas: got "1", allowed a number; change it in stacks/dev.ts',
  ],
  [
    'a number for a switch',
    'mesh.injected',
    1,
    'dev.mesh.injected: got 1, allowed true or false; change it in stacks/dev.ts',
  ],
  [
    'a text for a group',
    'operator.resources',
    'small',
    'dev.operator.resources: got "small", allowed a group of settings; change it in stacks/dev.ts',
  ],
  [
    'a text for a list',
    'namespaces.functions',
    'one',
    'dev.namespaces.functions: got "one", allowed a list; change it in stacks/dev.ts',
  ],
  [
    'a list for a map',
    'builds.nodeSelector',
    [],
    'dev.builds.nodeSelector: got a list of 0, allowed a map of texts; change it in stacks/dev.ts',
  ],
  [
    'a broken number',
    'operator.replicas',
    1.5,
    'dev.operator.replicas: got 1.5, allowed a whole number; change it in stacks/dev.ts',
  ],
  [
    'no number',
    'operator.replicas',
    NaN,
    'dev.operator.replicas: got NaN, allowed a number; change it in stacks/dev.ts',
  ],
  [
    'a number that is too small',
    'operator.replicas',
    0,
    'dev.operator.replicas: got 0, allowed 1 or more; change it in stacks/dev.ts',
  ],
  [
    'a number that is too large',
    'builds.maxConcurrent',
    101,
    'dev.builds.maxConcurrent: got 101, allowed 100 or less; change it in stacks/dev.ts',
  ],
  [
    'a number that no computer holds exactly',
    'builds.maxConcurrent',
    1e300,
    'dev.builds.maxConcurrent: got 1e+300, allowed a whole number, 100 or less; change it in stacks/dev.ts',
  ],
  [
    'an empty list',
    'cluster.nodeCidrs',
    [],
    'dev.cluster.nodeCidrs: got a list of 0, allowed 1 or more entries; change it in stacks/dev.ts',
  ],
  [
    'a wrong entry of a list',
    'cluster.nodeCidrs',
    ['10.0.0.0/16', '10.0.0.0/33'],
    'dev.cluster.nodeCidrs.1: got "10.0.0.0/33", allowed an IPv4 range, for example 10.0.0.0/16; change it in stacks/dev.ts',
  ],
  [
    'a text that does not fit its pattern',
    'namespaces.control',
    'Knative_Lambda',
    `dev.namespaces.control: got "Knative_Lambda", allowed ${dns}; change it in stacks/dev.ts`,
  ],
  [
    'a text that breaks two conditions',
    'namespaces.control',
    'X'.repeat(64),
    `dev.namespaces.control: got "XXXXXXXXXXXX"… (64 characters), allowed 63 or fewer characters, ${dns}; change it in stacks/dev.ts`,
  ],
  [
    'a port beyond the last one',
    'monitoring.tracesEndpoint',
    'tempo:65536',
    'dev.monitoring.tracesEndpoint: got "tempo:65536", allowed a host and a port, for example minio.minio.svc:9000; change it in stacks/dev.ts',
  ],
  [
    'a quantity in a unit that people misread',
    'receiver.resources.limits.memory',
    '1G',
    'dev.receiver.resources.limits.memory: got "1G", allowed a memory quantity in Mi or Gi, for example 512Mi or 2Gi; change it in stacks/dev.ts',
  ],
  [
    'an unknown setting',
    'logLevl',
    'info',
    'dev.logLevl: got a setting that is not declared, allowed declared ones; correct its name or remove it in stacks/dev.ts',
  ],
  [
    'an unknown setting of a group',
    'operator.replica',
    1,
    'dev.operator.replica: got a setting that is not declared, allowed declared ones; correct its name or remove it in stacks/dev.ts',
  ],
  [
    'an unknown tag',
    'codeStore.kind',
    'gcs',
    'dev.codeStore.kind: got "gcs", allowed s3, minio; change it in stacks/dev.ts',
  ],
  [
    'a missing tag',
    'imageRegistry.kind',
    undefined,
    'dev.imageRegistry.kind: missing, allowed ecr, registry; set it in stacks/dev.ts',
  ],
  [
    'a missing setting of a tagged group',
    'codeStore.bucket',
    undefined,
    'dev.codeStore.bucket: missing, allowed a text; set it in stacks/dev.ts',
  ],
  [
    'neither of two shapes',
    'quota.control',
    'none',
    'dev.quota.control: got "none", allowed a group of settings or derived; change it in stacks/dev.ts',
  ],
  [
    'an unknown setting inside one of two shapes',
    'quota.control.disks',
    1,
    'dev.quota.control.disks: got a setting that is not declared, allowed declared ones; correct its name or remove it in stacks/dev.ts',
  ],
  [
    'a fault inside one of two shapes',
    'quota.control.pods',
    0,
    'dev.quota.control.pods: got 0, allowed 1 or more; change it in stacks/dev.ts',
  ],
  [
    'a bound below another setting',
    'receiver.autoscaling',
    { minReplicas: 5, maxReplicas: 4, cpuUtilization: 70 },
    'dev.receiver.autoscaling.minReplicas: got 5, allowed at most autoscaling.maxReplicas; change it in stacks/dev.ts',
  ],
];

describe('parseEnvironments', () => {
  test('accepts the table', () => {
    expect(faultsAfter({})).toEqual([]);
  });

  test.each(faults)('fails with one line on %s', (_kind, path, value, line) => {
    expect(faultsAfter({ dev: { [path]: value } })).toEqual([line]);
  });

  test('fails with every fault of every environment at once', () => {
    const lines = faultsAfter({
      dev: { logLevel: 'loud', 'operator.replicas': 0 },
      prd: { 'operator.replicas': 99, surplus: true },
      studio: { 'rollout.canaryReplicas': 0 },
    });
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'dev.logLevel',
      'dev.operator.replicas',
      'prd.operator.replicas',
      'prd.surplus',
      'studio.rollout.canaryReplicas',
    ]);
  });

  test('fails on an environment that cannot be read without blaming the others', () => {
    expect(faultsAfter({ prd: { role: undefined } })).toHaveLength(1);
  });

  test('fails with the place of an environment that has no usable name', () => {
    expect(faultsOf([null, 1])).toEqual([
      'environment 1: got null, allowed a group of settings; change it in its file in stacks/',
      'environment 2: got 1, allowed a group of settings; change it in its file in stacks/',
    ]);
    expect(faultsAfter({ staging: { name: 'Two\nlines' } })).toEqual([
      `environment 2.name: got "Two\\nlines", allowed ${dns}; change it in its file in stacks/`,
    ]);
  });
});

const token = 'correct-horse-battery-staple-correct-horse';

describe('a refused value', () => {
  test('is cut when it is long enough to be a key or token', () => {
    const [line] = faultsAfter({ dev: { 'cloud.account': token } });
    expect(line).toBe(
      `dev.cloud.account: got "correct-hors"… (${token.length} characters), allowed an AWS account id: 12 digits; change it in stacks/dev.ts`,
    );
  });

  test('is not shown under a setting that nobody declared', () => {
    expect(faultsAfter({ dev: { 'rabbitmq.password': 'guest' } }).join()).not.toContain('guest');
  });

  test('is not shown when it is a group or a list', () => {
    const group = { password: 'guest', list: ['guest'] };
    expect(faultsAfter({ dev: { logLevel: group, watch: ['guest'] } }).join()).not.toContain('guest');
  });
});

const hostile: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['an empty list', []],
  ['a list of itself', selfHolding()],
  ['a text of a megabyte', 'a'.repeat(1_000_000)],
  ['a text of a megabyte that nearly fits', `${'a'.repeat(1_000_000)}!`],
  ['a text of a megabyte of separators', '-/.'.repeat(350_000)],
  ['a text of many lines', 'one\ntwo\r\nthree'],
  ['a big integer', 10n],
  ['a symbol', Symbol('s')],
  ['a function', (): undefined => undefined],
  ['a date', new Date(0)],
  ['a map', new Map([['name', 'dev']])],
  ['an object without a prototype', Object.create(null)],
  ['a prototype', JSON.parse('{"__proto__":{"name":"dev"}}')],
  ['names of inherited members', { constructor: 1, toString: 2, hasOwnProperty: 3 }],
  ['a key of many lines', { 'one\ntwo': 1 }],
  ['a key of a megabyte', { ['k'.repeat(1_000_000)]: 1 }],
];

function selfHolding(): unknown {
  const list: unknown[] = [];
  list.push(list);
  return list;
}

/** Whatever a line must be and is not. */
function complaintsAbout(lines: readonly string[]): readonly string[] {
  const unfit = lines.filter((line) => /[\r\n]/.test(line) || line.length >= 300);
  return lines.length === 0 ? ['no line'] : unfit.map((line) => line.slice(0, 400));
}

describe('a hostile value', () => {
  // owns its cluster, so that it may stand alone
  const prd = readEnvironments().find(({ name }) => name === 'prd');
  const tops = Object.keys(environmentSchema.shape);
  const leaves = settingsOf(environmentSchema)
    .map(({ path }) => path)
    .filter((path) => valueAt(prd, path) !== undefined);

  test.each(hostile)('fails with short lines where an environment is %s', (_kind, value) => {
    expect(complaintsAbout(faultsOf([value]))).toEqual([]);
  });

  test.each(hostile)('fails with short lines where every group is %s', (_kind, value) => {
    const values = altered(prd, Object.fromEntries(tops.map((path) => [path, value])));
    expect(complaintsAbout(faultsOf([values]))).toEqual([]);
  });

  test('stands in for a whole environment that is accepted', () => {
    expect(faultsOf([prd])).toEqual([]);
  });

  test.each(hostile)('fails with short lines or passes where any one setting is %s', (_kind, value) => {
    const lines = leaves.flatMap((path) => faultsOf([altered(prd, { [path]: value })]));
    expect(complaintsAbout(lines)).toEqual([]);
    expect(lines.every((line) => /^(prd|environment 1)[.:]/.test(line))).toBe(true);
  });

  test('fails as an unknown setting when its key is __proto__', () => {
    const values: unknown = JSON.parse(JSON.stringify(prd).replace('{', '{"__proto__":{"polluted":true},'));
    expect(faultsOf([values])).toEqual([
      'prd.__proto__: got a setting that is not declared, allowed declared ones; correct its name or remove it in stacks/prd.ts',
    ]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
