import { check, sleep } from 'k6';
import { Rate, Trend } from 'k6/metrics';
import { post } from './cloud-event.ts';
import { createFunction, deleteFunction, findFunction, type LambdaFunction, listFunctions } from './kubernetes.ts';
import { namespace, run, timeScale } from './run.ts';

/** A function that a run has made, ready to be called. */
export interface CallableFunction {
  readonly name: string;
  readonly url: string;
}

const python = `def handler(event):
    return {"message": "Hello, " + str(event.get("name", "World"))}
`;

const nodejs = `exports.handler = async (event) => ({ message: 'Hello, ' + (event.name ?? 'World') });
`;

/** Every second one is in Node.js. Without eventing: no trigger and no dispatcher is made for it. */
export const functionSpec = (index: number): object => ({
  source: { type: 'inline', inline: { code: index % 2 === 0 ? python : nodejs } },
  runtime:
    index % 2 === 0
      ? { language: 'python', version: '3.11', handler: 'main.handler' }
      : { language: 'nodejs', version: '20', handler: 'index.handler' },
  scaling: { minReplicas: 0, maxReplicas: 10, targetConcurrency: 5, scaleToZeroGracePeriod: '30s' },
  resources: { limits: { memory: '128Mi', cpu: '100m' } },
  build: { timeout: '15m' },
  eventing: { enabled: false },
});

export const functionLabels = { test: 'k6-load-test' } as const;

/** Names of the functions of this run begin so. */
export const namePrefix = (suite: string): string => `k6-${suite}-${run}-`;

const readySeconds = Number(__ENV['READY_SECONDS'] ?? '900');

/** Time that k6 gives `setup`: longer than the wait in it, which cleans up when it gives up. */
export const setupTimeout = `${readySeconds + 60}s`;

/** Makes functions and waits until each can be called; when one cannot, all are removed again. */
export function setUpFunctions(suite: string, count: number): readonly CallableFunction[] {
  sweepLeftovers();
  const names = Array.from({ length: count }, (_, index) => `${namePrefix(suite)}${index}`);
  try {
    names.forEach((name, index) =>
      createFunction({
        apiVersion: 'lambda.knative.io/v1alpha1',
        kind: 'LambdaFunction',
        metadata: { name, namespace, labels: { ...functionLabels, index: String(index) } },
        spec: functionSpec(index),
      }),
    );
    const deadline = Date.now() + readySeconds * 1000;
    return names.map((name) => ({ name, url: waitForUrl(name, deadline) }));
  } catch (error) {
    // k6 runs no teardown after a failed setup
    removeFunctions(suite);
    throw error;
  }
}

/** The address once the function is ready. */
function readyUrl({ status }: LambdaFunction): string | undefined {
  const isReady = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
  return isReady ? status?.serviceStatus?.url : undefined;
}

function describeState({ status }: LambdaFunction): string {
  const message = status?.conditions?.find(({ type }) => type === 'Ready')?.message;
  return `${status?.phase ?? 'no phase'}: ${message ?? 'no message'}`;
}

function waitForUrl(name: string, deadline: number): string {
  for (;;) {
    const found = findFunction(name);
    if (found === undefined) {
      throw new Error(`LambdaFunction ${name} is gone while it is waited for`);
    }
    const url = readyUrl(found);
    if (url !== undefined) {
      return url;
    }
    if (found.status?.phase === 'Failed' || Date.now() >= deadline) {
      throw new Error(`LambdaFunction ${name} cannot be called: ${describeState(found)}`);
    }
    sleep(Math.max(0.2, 2 * timeScale));
  }
}

/** Removes every function of this run, also those that the receiver made for it. */
export function removeFunctions(suite: string): void {
  listFunctions()
    .filter(({ metadata }) => metadata.name.startsWith(namePrefix(suite)))
    .forEach(({ metadata }) => deleteFunction(metadata.name));
}

/** Longer than any run with its setup. */
const leftoverSeconds = Number(__ENV['LEFTOVER_SECONDS'] ?? '7200');

const isLeftover = ({ metadata }: LambdaFunction): boolean =>
  metadata.name.startsWith('k6-') && Date.now() - Date.parse(metadata.creationTimestamp) > leftoverSeconds * 1000;

/** A run that was killed leaves its functions; the next one removes them. */
function sweepLeftovers(): void {
  listFunctions()
    .filter(isLeftover)
    .forEach(({ metadata }) => deleteFunction(metadata.name));
}

const latency = new Trend('function_latency', true);
const failures = new Rate('function_errors');

/** Calls one of the functions as the broker would; answers its duration in milliseconds, or undefined on a failure. */
export function callOne(functions: readonly CallableFunction[]): number | undefined {
  const chosen = functions[Math.floor(Math.random() * functions.length)];
  if (chosen === undefined) {
    throw new Error('no function to call: setup has made none');
  }
  const event = { type: 'io.knative.lambda.invoke.sync', subject: chosen.name, data: { name: 'k6' } };
  const response = post({ name: 'function', url: chosen.url, event, expected: [200] });
  const isGood = check(response, {
    'the function answers 200': ({ status }) => status === 200,
    'the answer is an event of success': ({ headers }) => headers['Ce-Type'] === 'io.knative.lambda.response.success',
  });
  latency.add(response.timings.duration);
  failures.add(!isGood);
  return isGood ? response.timings.duration : undefined;
}
