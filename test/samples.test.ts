import { describe, expect, test } from '@jest/globals';
import { lambdaFunctionManifestSchema, languages, sourceTypes } from '../operator/api/index.ts';
import { fieldsWithoutEffect } from '../operator/function/ineffective-fields.ts';
import { readSampleFunctions } from './sample-functions.ts';

const samples = [...readSampleFunctions()].map(
  ([file, manifest]) => [file, lambdaFunctionManifestSchema.parse(manifest)] as const,
);

describe('the sample functions', () => {
  test('show every source and every language', () => {
    const specs = samples.map(([, { spec }]) => spec);
    expect(new Set(specs.map(({ source }) => source.type))).toEqual(new Set(sourceTypes));
    expect(new Set(specs.flatMap(({ runtime }) => runtime?.language ?? []))).toEqual(new Set(languages));
  });

  test.each(samples)('in %s are named as their files', (file, { metadata }) => {
    expect(`${metadata.name}.yaml`).toBe(file);
  });

  test.each(samples)('in %s have no field without effect', (_file, { spec }) => {
    expect(fieldsWithoutEffect(spec)).toEqual([]);
  });
});
