import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { readEnvironments } from '../../stacks/index.ts';
import { grafanaJson } from './grafana.ts';
import { dashboardsOf, pricesOf } from './index.ts';

/** Grafana publishes the schema of its model and of each kind of panel as TypeScript. */
const schema = join(import.meta.dirname, '../../node_modules/@grafana/schema/dist/types/raw');
const panelSchema = (kind: string): string =>
  `${schema}/composable/${kind.toLowerCase()}/panelcfg/x/${kind}PanelCfg_types.gen`;

const preamble = `
import type * as model from '${schema}/dashboard/x/dashboard_types.gen';
import type * as bars from '${panelSchema('BarGauge')}';
import type * as gauge from '${panelSchema('Gauge')}';
import type * as stat from '${panelSchema('Stat')}';
import type * as table from '${panelSchema('Table')}';
import type * as text from '${panelSchema('Text')}';
import type * as lines from '${panelSchema('TimeSeries')}';

/** What JSON can say: the value of an enum stands for its name. */
type Plain<T> = T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

/** Options that are left out take the default of the panel. */
type Some<T> = { [K in keyof T]?: Some<T[K]> };

type Rest = Omit<model.Panel, 'type' | 'options' | 'fieldConfig'>;
type Field = model.FieldConfigSource;
type PanelOf<Kind, Options, Custom = never> = Rest & {
  type: Kind;
  options: Some<Options>;
  fieldConfig?: Omit<Field, 'defaults'> & {
    defaults: Omit<model.FieldConfig, 'custom'> & { custom?: Some<Custom> };
  };
};
type Panel =
  | PanelOf<'stat', stat.Options>
  | PanelOf<'gauge', gauge.Options>
  | PanelOf<'bargauge', bars.Options>
  | PanelOf<'timeseries', lines.Options, lines.FieldConfig>
  | PanelOf<'table', table.Options, table.FieldConfig>
  | PanelOf<'text', text.Options>;
// the editor of variables writes definition, which the schema leaves out
type Variable = model.VariableModel & { definition?: string };
type Row = Omit<model.RowPanel, 'panels'> & { panels: Panel[] };
type Dashboard = Omit<model.Dashboard, 'panels' | 'templating'> & {
  panels: (Panel | Row)[];
  templating: { list: Variable[] };
};
`;

/** What the compiler says of values that claim to be dashboards of Grafana. */
function schemaFaults(values: readonly unknown[]): readonly string[] {
  const path = join(import.meta.dirname, 'checked-dashboards.ts');
  const text = values.map((value, index) => `export const d${index}: Plain<Dashboard> = ${JSON.stringify(value)};\n`);
  const source = ts.createSourceFile(path, preamble + text.join(''), ts.ScriptTarget.ES2022);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => (name === path ? source : read(name, ...rest));
  const program = ts.createProgram([path], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const environments = readEnvironments();
const rendered = environments.slice(0, 1).flatMap((owner) => dashboardsOf(pricesOf(owner, environments)));

const bare = { schemaVersion: 42, templating: { list: [] } } as const;
const panel = { type: 'stat', options: { colorMode: 'value' } } as const;

describe("Grafana's schema", () => {
  test('accepts every dashboard', () => {
    expect(rendered.length).toBeGreaterThan(8);
    expect(schemaFaults(rendered.map(grafanaJson))).toEqual([]);
  });

  test('fails for a field, a word, a kind of panel or a type that it does not know', () => {
    const faults = schemaFaults([
      { ...bare, panels: [{ ...panel, unit: 's' }] },
      { ...bare, panels: [{ ...panel, options: { colorMode: 'rainbow' } }] },
      { ...bare, panels: [{ type: 'graph', options: {} }] },
      { ...bare, panels: [panel], refresh: 30 },
      { ...bare, panels: [panel] },
    ]);
    expect(faults).toEqual([
      expect.stringContaining(`'"unit"' does not exist`),
      expect.stringContaining('"rainbow"'),
      expect.stringContaining('"graph"'),
      expect.stringContaining("'number' is not assignable to type 'string'"),
    ]);
  });
});
