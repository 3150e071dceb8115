import { describe, expect, test } from '@jest/globals';
import { readConfig, usage } from './config.ts';

const inPod = { POD_NAME: 'operator-0', POD_NAMESPACE: 'knative-lambda' };

function faultsOf(args: readonly string[], environment: Readonly<Record<string, string>> = {}): readonly string[] {
  try {
    readConfig(args, environment);
    return [];
  } catch (error) {
    return error instanceof Error && error.name === 'ConfigurationError' ? error.message.split('\n') : [String(error)];
  }
}

describe('the configuration', () => {
  test('has defaults that need nothing', () => {
    expect(readConfig([], {})).toEqual({
      mode: 'controller',
      functions: expect.any(Object),
      agents: expect.any(Object),
      lifecycle: { kind: 'broker', made: undefined },
      referenceNamespaces: [],
      metricsAddress: { host: undefined, port: 8080 },
      healthAddress: { host: undefined, port: 8081 },
      requestRate: undefined,
      leaderElection: { kind: 'none' },
      watch: { kind: 'all', except: [] },
      logLevel: 'info',
      tracing: { kind: 'off' },
      build: { version: 'unknown', commit: 'unknown' },
      podName: 'local',
    });
  });

  test('cannot be changed', () => {
    expect(Object.isFrozen(readConfig([], {}))).toBe(true);
  });

  test.each([
    [['--metrics-bind-address=127.0.0.1:9090'], { host: '127.0.0.1', port: 9090 }],
    [['--metrics-bind-address', ':9090'], { host: undefined, port: 9090 }],
    [['-metrics-bind-address=[::1]:0'], { host: '::1', port: 0 }],
    [['--metrics-bind-address=0'], undefined],
  ])('takes %j as an address', (args, expected) => {
    expect(readConfig(args, {}).metricsAddress).toEqual(expected);
  });

  test.each([[['--leader-elect']], [['--leader-elect=true']], [['--leader-elect', '--mode=controller']]])(
    'takes %j as a wish to be elected, with the Lease of the pod',
    (args) => {
      const lease = { kind: 'lease', namespace: 'knative-lambda', name: 'knative-lambda-operator' };
      expect(readConfig(args, inPod).leaderElection).toEqual(lease);
      expect(readConfig(args, { ...inPod, LEASE_NAME: 'canary' }).leaderElection).toEqual({ ...lease, name: 'canary' });
    },
  );

  test.each([
    [['--kube-api-qps=20'], { perSecond: 20, burst: 10 }],
    [['--kube-api-qps', '20', '--kube-api-burst', '0'], { perSecond: 20, burst: 1 }],
    [['--kube-api-burst=30'], undefined],
  ])('takes %j as a limit of requests', (args, expected) => {
    expect(readConfig(args, {}).requestRate).toEqual(expected);
  });

  test('fails on a limit of requests that is no number', () => {
    expect(faultsOf(['--kube-api-qps=fast'])).toEqual([
      '--kube-api-qps: got "fast", allowed a whole number; change it',
    ]);
  });

  test('takes empty variables as absent, as the ConfigMap writes them', () => {
    const empty = { WATCH_NAMESPACES: '', EXCLUDED_NAMESPACES: '', OTEL_EXPORTER_OTLP_ENDPOINT: '', LEASE_NAME: '' };
    expect(readConfig([], empty)).toEqual(readConfig([], {}));
  });

  test('leaves out of what is watched what another controller serves', () => {
    const canary = { EXCLUDED_NAMESPACES: 'two' };
    expect(readConfig([], canary).watch).toEqual({ kind: 'all', except: ['two'] });
    const listed = { WATCH_NAMESPACES: 'one, two,three', ...canary };
    expect(readConfig([], listed).watch).toEqual({ kind: 'listed', namespaces: ['one', 'three'] });
  });

  test('fails with a line for each fault', () => {
    expect(
      faultsOf(['--mode=reciever', '--metrics-adress=:1', '--health-probe-bind-address=:99999', '--leader-elect=yes'], {
        LOG_LEVEL: 'loud',
        WATCH_NAMESPACES: 'one,Two',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'tempo:4317',
        OTEL_TRACES_SAMPLER_ARG: '1.5',
      }),
    ).toEqual([
      'flag: got --metrics-adress, allowed --mode, --metrics-bind-address, --health-probe-bind-address, --kube-api-qps, --kube-api-burst, --leader-elect, --help; correct or remove it',
      '--mode: got "reciever", allowed controller, fetch, meter, receiver; change it',
      '--health-probe-bind-address: got ":99999", allowed :port, host:port or 0 for none; change it',
      '--leader-elect: got "yes", allowed true, false; change it',
      'LOG_LEVEL: got "loud", allowed debug, info, warn, error; change it',
      'WATCH_NAMESPACES: got "one,Two", allowed a name of lower-case letters, digits and hyphens; change it',
      'OTEL_EXPORTER_OTLP_ENDPOINT: got "tempo:4317", allowed an http or https address, for example http://tempo:4318; change it',
      'OTEL_TRACES_SAMPLER_ARG: got "1.5", allowed 1 or less; change it',
    ]);
  });

  test.each([
    [['controller'], 'flag: got controller, allowed --mode'],
    [['--mode'], '--mode: got "true", allowed controller, fetch, meter, receiver'],
    [['--metrics-bind-address=8080'], '--metrics-bind-address: got "8080", allowed :port'],
  ])('fails on %j', (args, fault) => {
    expect(faultsOf(args)).toEqual([expect.stringContaining(fault)]);
  });

  test.each(['', 'x'])('fails on the share of traces %j unless it is a number', (ratio) => {
    expect(faultsOf([], { OTEL_TRACES_SAMPLER_ARG: ratio })).toEqual(
      ratio === '' ? [] : ['OTEL_TRACES_SAMPLER_ARG: got "x", allowed a number; change it'],
    );
  });

  test('fails to elect a leader where nothing says the namespace of the Lease', () => {
    expect(faultsOf(['--leader-elect'])).toEqual([
      'POD_NAMESPACE: missing, allowed the namespace of the Lease; set it, or leave --leader-elect out',
    ]);
  });

  test('is explained by the help, flags and variables', () => {
    expect(usage).toContain(
      '  --health-probe-bind-address  where /healthz and /readyz are served, :8081; 0 for nowhere\n',
    );
    expect(usage).toContain('LOG_LEVEL');
  });
});
