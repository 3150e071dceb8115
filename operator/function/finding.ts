import { reasons, type Severity } from './reasons.ts';

type Reasons = typeof reasons;
export type ConditionType = keyof Reasons;

type Placeholder<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholder<Rest> : never;

type MessageOf<Row> = Row extends { readonly message: infer Text } ? Text : never;

/** A reason with its values filled in: what is so of one function. */
export interface Finding<Condition extends ConditionType = ConditionType> {
  readonly condition: Condition;
  readonly reason: string;
  readonly severity: Severity;
  /** Cause and next action. */
  readonly message: string;
}

/** Longest message that a condition may have. */
const longestMessage = 32_768;

/** A row of the table of reasons with its values. */
export function finding<Condition extends ConditionType, Reason extends keyof Reasons[Condition] & string>(
  condition: Condition,
  reason: Reason,
  values: Readonly<Record<Placeholder<MessageOf<Reasons[Condition][Reason]>>, string | number>>,
): Finding<Condition> {
  const { action, message, severity } = rowOf(condition, reason);
  const known = new Map<string, string | number>(Object.entries(values));
  const filled = message.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(known.get(name) ?? '').trim());
  const text = action === '' ? filled : `${filled}; ${action}`;
  return { condition, reason, severity, message: text.slice(0, longestMessage) };
}

interface TextRow {
  readonly severity: Severity;
  readonly message: string;
  readonly action: string;
}

function rowOf(condition: ConditionType, reason: string): TextRow {
  const rows: Readonly<Record<string, TextRow>> = reasons[condition];
  const row = rows[reason];
  if (row === undefined) throw new Error(`reason ${reason} is not in the table of ${condition}`);
  return row;
}

/** What a condition says that was written before; undefined for a reason that is not in the table any more. */
export function findingOf<Condition extends ConditionType>(
  condition: Condition,
  { message, reason }: { readonly message: string; readonly reason: string },
): Finding<Condition> | undefined {
  const row = new Map<string, TextRow>(Object.entries(reasons[condition])).get(reason);
  return row && { condition, reason, severity: row.severity, message };
}
