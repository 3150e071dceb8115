import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { fieldsWithoutEffect } from '../operator/agent/ineffective-fields.ts';
import { sampleAgent, sampleSettings } from '../operator/agent/sample.ts';
import { validateAgent } from '../operator/agent/validation.ts';
import { lambdaAgentManifestSchema } from '../operator/api/index.ts';
import { projectRoot } from '../stacks/index.ts';

const folder = join(projectRoot, 'samples/agents');
const samples = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => [file, lambdaAgentManifestSchema.parse(parse(readFileSync(join(folder, file), 'utf8')))] as const);

describe('a sample agent', () => {
  test.each(samples)('%s is named after its file', (file, { metadata }) => {
    expect(`${metadata.name}.yaml`).toBe(file);
  });

  test.each(samples)('%s can be met, and asks for nothing in vain', (_file, { spec }) => {
    const agent = sampleAgent(spec);
    expect(validateAgent(agent, sampleSettings, { kind: 'unwatched' })).toEqual([]);
    expect(fieldsWithoutEffect(agent.spec, sampleSettings.broker)).toEqual([]);
  });
});
