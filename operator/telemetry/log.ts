import { type DestinationStream, pino, stdTimeFunctions } from 'pino';
import { redact } from './redact.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Fields of a line beside level, time and message; an error goes under `err`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the operator says what happens. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A log whose lines all have these fields too. */
  child(fields: LogFields): Log;
}

/** One JSON object a line, by the names that Kubernetes programs use (level, ts, msg), without secrets; default to standard output. */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: () => stdTimeFunctions.isoTime().replace('"time"', '"ts"'),
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: redact },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
