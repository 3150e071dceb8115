import { describe, expect, test } from '@jest/globals';
import { lambdaFunctionManifestSchema, languages, sourceTypes } from '../operator/api/index.ts';
import { fieldsWithoutEffect } from '../operator/function/ineffective-fields.ts';
import { readSampleFunctions } from './sample-functions.ts';

const samples = [...readSampleFunctions()].map(
  ([file, manifest]) => [file, lambdaFunctionManifestSchema.parse(manifest)] as const,
);

describe('the sample functions', () => {
  test('show an image, and every other source in every language', () => {
    const shown = samples.map(([file, { spec }]) => [file, `${spec.runtime?.language ?? ''} ${spec.source.type}`]);
    const built = sourceTypes.filter((type) => type !== 'image');
    const wanted = built.flatMap((type) => languages.map((one) => [`${one}-${type}.yaml`, `${one} ${type}`]));
    expect(shown).toEqual(expect.arrayContaining([...wanted, ['image.yaml', ' image']]));
  });

  test.each(samples)('in %s are named as their files', (file, { metadata }) => {
    expect(`${metadata.name}.yaml`).toBe(file);
  });

  test.each(samples)('in %s have no field without effect', (_file, { spec }) => {
    expect(fieldsWithoutEffect(spec)).toEqual([]);
  });
});
