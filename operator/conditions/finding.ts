import type { ReasonTable, Severity } from './reason.ts';

type Placeholder<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholder<Rest> : never;

type MessageOf<Row> = Row extends { readonly message: infer Text } ? Text : never;

/** The values that a reason needs. */
type ValuesOf<Row> = Readonly<Record<Placeholder<MessageOf<Row>>, string | number>>;

/** A reason with its values filled in: what is so of one object. */
export interface Finding<Condition extends string = string> {
  readonly condition: Condition;
  readonly reason: string;
  readonly severity: Severity;
  /** Cause and next action. */
  readonly message: string;
}

/** Longest message that a condition may have. */
const longestMessage = 32_768;

/** What fills in the rows of a table of reasons with their values. */
export function findingsOf<Table extends ReasonTable>(table: Table) {
  return <Condition extends keyof Table & string, Name extends keyof Table[Condition] & string>(
    condition: Condition,
    reason: Name,
    values: ValuesOf<Table[Condition][Name]>,
  ): Finding<Condition> => fillReason(table, [condition, reason], values);
}

/** @throws Error for a reason that is not in the table */
function fillReason<Condition extends string>(
  table: ReasonTable,
  [condition, reason]: readonly [Condition, string],
  values: Readonly<Record<string, string | number>>,
): Finding<Condition> {
  const row = table[condition]?.[reason];
  if (row === undefined) throw new Error(`reason ${reason} is not in the table of ${condition}`);
  const { action, message, severity } = row;
  const known = new Map<string, string | number>(Object.entries(values));
  const filled = message.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(known.get(name) ?? '').trim());
  const text = action === '' ? filled : `${filled}; ${action}`;
  return { condition, reason, severity, message: text.slice(0, longestMessage) };
}

/** What a condition says that was written before; undefined for a reason that is not in the table any more. */
export function readReason<Condition extends string>(
  table: ReasonTable,
  condition: Condition,
  { message, reason }: { readonly message: string; readonly reason: string },
): Finding<Condition> | undefined {
  const row = new Map(Object.entries(table[condition] ?? {})).get(reason);
  return row && { condition, reason, severity: row.severity, message };
}
