export type Samples = ReadonlyMap<string, number>;

const sample = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/;
const label = /([a-z_]+)="((?:[^"\\]|\\.)*)"/g;

/** Series by name and labels, the labels in alphabetical order. Fails on a line that is none of the format. */
export function parseMetrics(text: string): Samples {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line): [string, number] => {
      const [, name = '', labels = '', value = ''] = sample.exec(line) ?? [];
      if (name === '' || Number.isNaN(Number(value))) throw new Error(`no sample of Prometheus: ${line}`);
      return [seriesOf(name, labels), Number(value)];
    }),
  );
}

function seriesOf(name: string, labels: string): string {
  const sorted = [...labels.matchAll(label)].map(([text]) => text).toSorted();
  return `${name}{${sorted.join(',')}}`;
}

/** A series as a table names it, with the labels of the function that is tested. */
export function testedSeries(series: string): string {
  const [name = '', labels = ''] = series.split(/[{}]/);
  return seriesOf(name, `${labels},function="tested",function_namespace="conformance"`);
}
