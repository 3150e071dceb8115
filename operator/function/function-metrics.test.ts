import { describe, expect, test } from '@jest/globals';
import { apiVersion } from '../api/index.ts';
import { MemoryInformer } from '../reconcile/memory-informer.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { endedBuild } from './ended-build.ts';
import { addFunctionGauges, functionMetrics } from './function-metrics.ts';
import { KnownFunctions, type StoredFunction } from './known-functions.ts';
import {
  building,
  buildFacts,
  buildPod,
  builtPod,
  completeJob,
  ended,
  exposeFacts,
  factsWith,
  jobWith,
  metadata,
  policyFailure,
  running,
} from './sample-facts.ts';
import { sampleFunction } from './sample.ts';
import { type FunctionFacts, functionStatus } from './status.ts';

const linesOf = async (registry: MetricRegistry, name: string): Promise<readonly string[]> =>
  (await registry.render()).split('\n').filter((line) => line.startsWith(`knative_lambda_operator_${name}`));

const first = { ownerReferences: [{ apiVersion, kind: 'LambdaFunction', name: 'hello', uid: 'u' }] };
const owned = (job: ReturnType<typeof jobWith>, owner: object = first) => ({
  ...job,
  metadata: { ...job.metadata, ...owner },
});

const runs = building(buildFacts(owned(jobWith({ active: 1 })), [buildPod(running('build'), 'Running')]));
const failed = building(buildFacts(owned(policyFailure), [buildPod(ended('build', 1, 'ERROR'))]));
const completed = building(buildFacts(owned(completeJob), [builtPod]));

const factsAfter = (before: Partial<FunctionFacts>, after: Partial<FunctionFacts>): FunctionFacts =>
  factsWith({ ...after, function: sampleFunction({}, {}, functionStatus(factsWith(before))) });

describe('a build that has ended', () => {
  test.each([
    ['success', completed, 119],
    ['failed', failed, 1799],
  ])('is timed as %s, once', (result, after, seconds) => {
    const facts = factsAfter(runs, after);
    expect(endedBuild(facts, functionStatus(facts))).toEqual({ runtime: 'python', result, seconds });
    const again = factsAfter(after, after);
    expect(endedBuild(again, functionStatus(again))).toBeUndefined();
  });

  test('is told by the first of those that wait for it', () => {
    const others = { ownerReferences: [{ apiVersion, kind: 'LambdaFunction', name: 'other', uid: 'v' }] };
    const facts = factsAfter(runs, building(buildFacts(owned(completeJob, others), [builtPod])));
    expect(endedBuild(facts, functionStatus(facts))).toBeUndefined();
  });
});

describe('the metrics of functions', () => {
  test('count a step that fails by its reason, while the reason is new', async () => {
    const registry = new MetricRegistry();
    const metrics = functionMetrics(registry);
    const [before, after] = [functionStatus(factsWith(runs)), functionStatus(factsWith(failed))];
    metrics.wrote(before, after);
    metrics.wrote(after, after);
    metrics.wrote(undefined, functionStatus(factsWith({ expose: exposeFacts({ broker: undefined }) })));
    expect(await linesOf(registry, 'errors_total')).toEqual([
      'knative_lambda_operator_errors_total{component="build",error_type="BuildStageFailed"} 1',
      'knative_lambda_operator_errors_total{component="expose",error_type="BrokerMissing"} 1',
    ]);
  });

  test('count functions by phase and builds, in the one that leads', async () => {
    const functions = new MemoryInformer<StoredFunction>('functions');
    const status = functionStatus(factsWith());
    const { spec } = sampleFunction();
    functions.put({ apiVersion, kind: 'LambdaFunction', metadata: metadata('hello'), spec, status });
    const slots = { allowed: 10, waiting: 2, running: [jobWith(), jobWith()] };
    let leads = true;
    const registry = new MetricRegistry();
    const known = new KnownFunctions(functions);
    addFunctionGauges(registry, { functions, known, slots, isLeading: () => leads });
    const labelled = 'lambdafunctions{function_namespace="functions",phase';
    expect(await linesOf(registry, labelled)).toContain(`knative_lambda_operator_${labelled}="Ready"} 1`);
    expect(await linesOf(registry, labelled)).toContain(`knative_lambda_operator_${labelled}="Failed"} 0`);
    expect(await linesOf(registry, 'build_jobs')).toEqual([
      'knative_lambda_operator_build_jobs_active{function_namespace="functions"} 2',
      'knative_lambda_operator_build_jobs_limit 10',
      'knative_lambda_operator_build_jobs_waiting 2',
    ]);
    leads = false;
    expect(await linesOf(registry, 'lambdafunctions')).toEqual([]);
    expect(await linesOf(registry, 'build_jobs_waiting')).toEqual(['knative_lambda_operator_build_jobs_waiting 0']);
  });
});
