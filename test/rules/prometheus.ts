import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RuleGroup } from '../../charts/imports/prometheus.ts';
import { locateProgram } from '../../tools/real-parts/locate.ts';
import { prometheusPart } from '../../tools/real-parts/parts.ts';
import { eventually } from '../cluster/eventually.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { supervisePrograms } from '../cluster/supervised-programs.ts';

const answerSchema = z.object({
  status: z.string(),
  error: z.string().optional(),
  warnings: z.array(z.string()).default([]),
  infos: z.array(z.string()).default([]),
  data: z.union([z.array(z.string()), z.object({ result: z.array(z.unknown()) })]).optional(),
});

/** What Prometheus says to a query. */
export interface Answer {
  readonly series: number;
  /** Errors, warnings and notes; empty when it has nothing against the query. */
  readonly complaints: readonly string[];
}

export interface Prometheus {
  query(this: void, expr: string): Promise<Answer>;
  /** Values of a label among the series that match. */
  labelValues(this: void, label: string, selector: string): Promise<readonly string[]>;
  stop(this: void): Promise<void>;
}

interface PrometheusProps {
  /** Port of the one target on loopback, and the job and labels of what Prometheus says of the target itself. */
  readonly target: { readonly port: number; readonly job: string; readonly labels: Readonly<Record<string, string>> };
  readonly groups: readonly RuleGroup[];
}

/** Starts Prometheus with rules, reading a target each second, and waits until it answers. */
export async function startPrometheus({ target, groups }: PrometheusProps): Promise<Prometheus> {
  const path = locateProgram(prometheusPart);
  if (path === undefined) {
    throw new Error('prometheus is missing; run make real-parts PART=prometheus');
  }
  const programs = supervisePrograms();
  const [port] = await findFreePorts(1);
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.json'],
    scrape_configs: [
      {
        job_name: target.job,
        honor_labels: true,
        static_configs: [{ targets: [`127.0.0.1:${target.port}`], labels: target.labels }],
      },
    ],
  };
  // JSON is YAML
  writeFileSync(join(programs.folder, 'rules.json'), JSON.stringify({ groups }));
  writeFileSync(join(programs.folder, 'prometheus.json'), JSON.stringify(config));
  programs.start({
    name: 'prometheus',
    path,
    arguments: [
      `--config.file=${join(programs.folder, 'prometheus.json')}`,
      `--storage.tsdb.path=${join(programs.folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
  });

  const ask = async (route: string, parameters: Readonly<Record<string, string>>) => {
    const url = `http://127.0.0.1:${port}/api/v1/${route}?${new URLSearchParams(parameters).toString()}`;
    const response = await fetch(url);
    return answerSchema.parse(await response.json());
  };
  const isReady = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok;
  await eventually(isReady, { giveUp: programs.failure });

  return {
    query: async (expr) => {
      const { data, error, warnings, infos } = await ask('query', { query: expr });
      const complaints = [...(error === undefined ? [] : [error]), ...warnings, ...infos];
      return { series: data === undefined || Array.isArray(data) ? 0 : data.result.length, complaints };
    },
    labelValues: async (label, selector) => {
      const { data } = await ask(`label/${label}/values`, { 'match[]': selector });
      return Array.isArray(data) ? data : [];
    },
    stop: programs.stop,
  };
}
