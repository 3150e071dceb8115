import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { renderCrdReference } from './crds.ts';

const reference = renderCrdReference();
const lines = reference.split('\n');

const cells = (line: string): number => line.split(/(?<!\\)\|/).length;

describe('the reference of the custom resources', () => {
  test('is the one in docs/reference', () => {
    const committed = new URL('../../docs/reference/crds.md', import.meta.url);
    expect(readFileSync(committed, 'utf8')).toBe(reference);
  });

  test('has a part for each kind, and a table for each block', () => {
    const headings = lines.filter((line) => line.startsWith('#'));
    expect(headings).toEqual(expect.arrayContaining(['## LambdaFunction', '## LambdaAgent', '#### spec.source']));
    expect(headings).toEqual(
      expect.arrayContaining(['#### spec.memory', '#### status.buildStatus', '### Rules across fields']),
    );
  });

  test('says type, need, default, allowed values and meaning of a field', () => {
    expect(lines).toContain(
      '| `source.image.port` | integer |  | `8080` | 1 to 65535 | Port the container listens on, also probed |',
    );
    expect(lines).toContain(
      '| `runtime.language` | string | yes |  | `"nodejs"`, `"python"`, `"go"` | Language of the code |',
    );
  });

  test('every row of a table has as many cells as its header', () => {
    const uneven = lines.filter((line, index) => {
      const previous = lines[index - 1] ?? '';
      return line.startsWith('|') && previous.startsWith('|') && cells(line) !== cells(previous);
    });
    expect(uneven).toEqual([]);
  });

  test('says which types a field without a type takes', () => {
    expect(reference).toMatch(/\| `ai\.temperature` \| number or string \|/);
    expect(reference).toMatch(/\| `source\.image\.imagePullSecrets` \| list of string or object \|/);
    expect(reference).toMatch(/\.divisor` \| integer or string \|/);
  });

  test('has every rule with its message', () => {
    expect(reference).toContain('scaling.minReplicas is above scaling.maxReplicas');
    expect(reference).toMatch(
      /\| `spec\.env\[\]` \| .* \| env entry has both value and valueFrom: keep one of them \|/,
    );
    expect(reference).toMatch(/\| the object \| .* \| metadata\.name names a Knative Service/);
  });
});
