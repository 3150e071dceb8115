import { type Config, readConfig, usage } from './config.ts';
import { runProgram } from './program.ts';
import { createLog } from './telemetry/log.ts';
import { MetricRegistry } from './telemetry/metric-registry.ts';
import { addProcessMetrics } from './telemetry/process-metrics.ts';
import { startTracing } from './telemetry/trace.ts';

/** The program of `--mode=controller`. */
export function run(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  return runProgram(usage, args, () => control(readConfig(args, environment)));
}

/** Runs the controllers until a signal. */
async function control(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  const registry = new MetricRegistry();
  addProcessMetrics(registry, config.build);
  const tracing = await startTracing(config.tracing, (err) => log.warn({ err }, 'spans were not sent'));
  await tracing.close();
}
