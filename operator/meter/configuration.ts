import { z } from 'zod';
import { describeFlags } from '../flags.ts';
import { readSettings } from '../read-settings.ts';
import { type LogLevel, logLevels } from '../telemetry/log.ts';
import { httpAddress, truth, wholeWithin } from '../variable-forms.ts';

const flagSchema = z.strictObject({ mode: z.literal('meter').describe('this program') });

const variableSchema = z.object({
  METER_PORT: wholeWithin(0, 65_535),
  METER_MODEL: httpAddress,
  METER_LEDGER: httpAddress,
  METER_REFUSES_UNCOUNTED: truth,
  METER_LONGEST_ANSWER: wholeWithin(1, 1_000_000),
  METER_LONGEST_CALL_SECONDS: wholeWithin(1, 86_400),
  LOG_LEVEL: z.enum(logLevels).default('info'),
});

export interface MeterConfig {
  /** On loopback. */
  readonly port: number;
  /** Origin of the model server. */
  readonly model: string;
  readonly ledger: string;
  /** What becomes of a call while nobody can count it. */
  readonly refusesUncounted: boolean;
  /** Tokens of an answer whose request names no limit. */
  readonly longestAnswer: number;
  readonly longestCallMs: number;
  readonly logLevel: LogLevel;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigurationError with one line for each fault */
export function readMeterConfig(args: readonly string[], environment: Environment): MeterConfig {
  const schemas = { flags: flagSchema, variables: variableSchema };
  const { variables: data } = readSettings(schemas, { args, environment });
  return Object.freeze({
    port: data.METER_PORT,
    model: new URL(data.METER_MODEL).origin,
    ledger: data.METER_LEDGER,
    refusesUncounted: data.METER_REFUSES_UNCOUNTED,
    longestAnswer: data.METER_LONGEST_ANSWER,
    longestCallMs: data.METER_LONGEST_CALL_SECONDS * 1000,
    logLevel: data.LOG_LEVEL,
  });
}

export const usage = `usage: knative-lambda-operator --mode=meter

Stands between an agent and its model, and counts what calls use. Environment variables say the rest:
${Object.keys(variableSchema.shape).join(', ')}.

${describeFlags(flagSchema)}  --help                       this text
`;
