import { z } from 'zod';
import { int32, int64 } from './integer.ts';
import { validatedBy } from './validation-rule.ts';

/** Decimal with six places at most, so that a millionth of the currency is the smallest part. */
const decimal = z
  .string()
  .max(16)
  .regex(/^[0-9]{1,9}(\.[0-9]{1,6})?$/);

const limit = z
  .strictObject({
    tokens: int64(1).optional().describe('Tokens, those of prompts and of answers together'),
    money: decimal.optional().describe('Money by `prices`, such as "2.50"'),
  })
  .meta(
    validatedBy({
      rule: 'has(self.tokens) || has(self.money)',
      message: 'the limit is empty: add tokens or money, or remove it',
      reason: 'FieldValueRequired',
    }),
  );

const prices = z.strictObject({
  input: decimal.describe('Price of a million tokens of prompts'),
  output: decimal.describe('Price of a million tokens of answers'),
  currency: z
    .string()
    .max(3)
    .regex(/^[A-Z]{3}$/)
    .describe('Currency of all amounts, such as EUR; a name only'),
});

export const budget = z
  .strictObject({
    perDay: limit.optional().describe('Limit of a day, which begins at 00:00 UTC'),
    perRun: limit.optional().describe('Limit of a run: the calls that carry the same ce-id, or else the same trace'),
    action: z
      .enum(['warn', 'throttle', 'pause'])
      .default('pause')
      .describe(
        'What becomes of calls once a limit is reached: `pause` refuses, `throttle` lets one begin in ten seconds',
      ),
    warnPercent: int32(1, 100).default(80).describe('Used share of the limit of a day at which the status warns'),
    prices: prices.optional().describe('What tokens cost; needed for limits in money'),
  })
  .meta(
    validatedBy(
      {
        rule: 'has(self.perDay) || has(self.perRun)',
        message: 'the budget has no limit: add perDay or perRun',
        reason: 'FieldValueRequired',
      },
      {
        rule: 'has(self.prices) || ((!has(self.perDay) || !has(self.perDay.money)) && (!has(self.perRun) || !has(self.perRun.money)))',
        message: 'a limit in money needs prices: add input, output and currency',
        reason: 'FieldValueRequired',
        fieldPath: '.prices',
      },
    ),
  );
