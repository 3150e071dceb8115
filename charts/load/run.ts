/** What the pod of a run is told; the fallbacks let k6 inspect a script anywhere. */
const read = (name: string, fallback: string): string => __ENV[name] ?? fallback;

export const operatorMetricsUrl = read('OPERATOR_METRICS_URL', 'http://localhost:8080');
export const operatorHealthUrl = read('OPERATOR_HEALTH_URL', 'http://localhost:8081');
export const receiverUrl = read('RECEIVER_URL', 'http://localhost:8080');
export const namespace = read('FUNCTION_NAMESPACE', 'default');

/** Ends the names of everything that one runner makes; each runner of a TestRun runs setup and teardown by itself. */
export const run = read('POD_NAME', 'local').split('-').at(-1) ?? 'local';

/** Runners that share the load of the test. */
const runners = Number(read('RUNNERS', '1'));

/** 1 on a cluster; a rehearsal shortens every stage by the same factor. */
export const timeScale = Number(read('TIME_SCALE', '1'));

/** A k6 duration. */
export const seconds = (count: number): string => `${Math.max(1, Math.round(count * 1000 * timeScale))}ms`;

/** The share of a whole that falls to one runner, at least 1. */
export const shareOf = (count: number): number => Math.max(1, Math.ceil(count / runners));

/** Threshold on a counter: k6 judges it in each runner, which sees its share of the load only. */
export const atLeast = (count: number): string =>
  `count>=${Math.max(1, Math.floor((count * Math.min(1, timeScale)) / runners))}`;

/** Threshold that ends a run which can no longer pass, once there are enough requests to judge it. */
export const orAbort = (threshold: string) => ({ threshold, abortOnFail: true, delayAbortEval: seconds(60) });

/** Requests that thresholds judge carry this tag; those of setup and teardown do not. */
export const measured = { measured: 'yes' } as const;
