import type { Panel, Row } from './dashboard.ts';

/** Place of a panel in Grafana's grid of 24 columns. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PlacedRow {
  readonly row: Row;
  readonly place: Place;
  readonly panels: readonly { readonly panel: Panel; readonly place: Place }[];
}

const columns = 24;

const sizes = {
  stat: { w: 4, h: 4 },
  gauge: { w: 4, h: 4 },
  timeseries: { w: 8, h: 8 },
  bargauge: { w: 8, h: 8 },
  table: { w: 24, h: 8 },
  text: { w: 24, h: 4 },
} as const satisfies Readonly<Record<Panel['kind'], { readonly w: number; readonly h: number }>>;

function placeRow(row: Row, top: number): PlacedRow {
  let [x, y, height] = [0, top + 1, 0];
  const panels = row.panels.map((panel) => {
    const { w: width, h } = sizes[panel.kind];
    const w = panel.width ?? width;
    if (x + w > columns) {
      [x, y, height] = [0, y + height, 0];
    }
    const place = { x, y, w, h };
    [x, height] = [x + w, Math.max(height, h)];
    return { panel, place };
  });
  return { row, place: { x: 0, y: top, w: columns, h: 1 }, panels };
}

const bottom = ({ place, panels }: PlacedRow): number =>
  Math.max(place.y + 1, ...panels.map((one) => endOf(one.place)));
const endOf = ({ y, h }: Place): number => y + h;

/** Rows one below the other; in a row, panels from left to right as long as they fit. */
export function layOut(rows: readonly Row[]): readonly PlacedRow[] {
  const placed: PlacedRow[] = [];
  for (const row of rows) {
    const last = placed.at(-1);
    placed.push(placeRow(row, last === undefined ? 0 : bottom(last)));
  }
  return placed;
}
