/** How a step is: it holds, it is being done, something that may pass is in its way, or nothing happens until somebody acts. */
export type Severity = 'done' | 'working' | 'retrying' | 'stalled';

/** One reason of a condition. */
export interface Reason<Level extends Severity = Severity, Message extends string = string> {
  readonly severity: Level;
  /** What is so; `{name}` stands for a value. */
  readonly message: Message;
  /** What to do, said in the message; empty where there is nothing to do or the cause says it. */
  readonly action: string;
  /** What to do, for the page. */
  readonly advice: string;
}

/** The reasons of each condition of a kind. */
export type ReasonTable = Readonly<Record<string, Readonly<Record<string, Reason>>>>;

const reason =
  <Level extends Severity>(severity: Level) =>
  <const Message extends string>(message: Message, action = '', advice = action): Reason<Level, Message> => ({
    severity,
    message,
    action,
    advice,
  });

/** The step holds. */
export const done = reason('done');
/** It is being done. */
export const working = reason('working');
/** Something is in the way that may pass by itself; it is tried again. */
export const retrying = reason('retrying');
/** Nothing happens until somebody acts. */
export const stalled = reason('stalled');
