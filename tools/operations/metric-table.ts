import { metrics } from '../../operator/api/index.ts';
import { textTable } from './text-table.ts';

const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;

/** Samples of the product's metrics from a page in the text format of Prometheus; buckets are left out. */
export function renderMetrics(text: string): string {
  const known = new Set(
    Object.entries(metrics).flatMap(([name, { type }]) =>
      type === 'histogram' ? [`${name}_count`, `${name}_sum`] : [name],
    ),
  );
  const rows = text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value = ''] = sample.exec(line) ?? [];
    return known.has(name) ? [[name, labels, value]] : [];
  });
  return textTable(['METRIC', 'LABELS', 'VALUE'], rows);
}
