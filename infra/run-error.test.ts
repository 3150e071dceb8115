import { describe, expect, test } from '@jest/globals';
import { RunError } from '@pulumi/pulumi';
import { ConfigurationError } from '../stacks/index.ts';
import { toRunError } from './run-error.ts';

describe('what Pulumi is told of a failure', () => {
  test('is one line without a stack, where a person can mend it', () => {
    const refusal = toRunError(new ConfigurationError(['context: got none']));
    expect(refusal).toBeInstanceOf(RunError);
    expect(refusal).toMatchObject({ message: 'context: got none', stack: '' });
  });

  test('is the fault itself otherwise', () => {
    const fault = new TypeError('of ours');
    expect(toRunError(fault)).toBe(fault);
  });
});
