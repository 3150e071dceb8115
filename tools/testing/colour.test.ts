import { expect, test } from '@jest/globals';
import { colourVariables } from './colour.ts';

test('a program prints colour on a terminal only', () => {
  expect(colourVariables({ isTTY: true }, {})).toEqual({ FORCE_COLOR: '1' });
  expect(colourVariables({}, { CI: 'true' })).toEqual({ NO_COLOR: '1' });
});

test('what the person has set stays', () => {
  expect(colourVariables({ isTTY: true }, { NO_COLOR: '' })).toEqual({});
  expect(colourVariables({}, { FORCE_COLOR: '1' })).toEqual({});
});
