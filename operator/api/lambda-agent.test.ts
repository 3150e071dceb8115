import { describe, expect, test } from '@jest/globals';
import { lambdaAgentManifestSchema } from './lambda-agent.ts';

function agent(spec: object) {
  return {
    apiVersion: 'lambda.knative.io/v1alpha1',
    kind: 'LambdaAgent',
    metadata: { name: 'agent-bruno' },
    spec: { image: { repository: 'localhost:5001/agent-bruno/chatbot', tag: '0.1.0' }, ...spec },
  };
}

describe('a LambdaAgent', () => {
  test.each([0.7, '0.7', 0, '2.0'])('takes temperature %j as it is', (temperature) => {
    const parsed = lambdaAgentManifestSchema.parse(agent({ ai: { model: 'llama3.2:3b', temperature } }));
    expect(parsed.spec.ai?.temperature).toBe(temperature);
  });

  test.each([2.1, -1, '2.5', 'hot', true, {}, [], Number.NaN])('fails on temperature %j', (temperature) => {
    expect(lambdaAgentManifestSchema.safeParse(agent({ ai: { temperature } })).success).toBe(false);
  });

  test('has its system prompt in either place', () => {
    const spec = { ai: { systemPrompt: 'a' }, behavior: { systemPrompt: 'b' } };
    const parsed = lambdaAgentManifestSchema.parse(agent(spec));
    expect([parsed.spec.ai?.systemPrompt, parsed.spec.behavior?.systemPrompt]).toEqual(['a', 'b']);
  });

  test('keeps false and 0', () => {
    const parsed = lambdaAgentManifestSchema.parse(agent({ behavior: { emitEvents: false, maxContextMessages: 0 } }));
    expect(parsed.spec.behavior).toEqual({ emitEvents: false, maxContextMessages: 0 });
  });

  test('fails on an unknown key in any block', () => {
    const { error } = lambdaAgentManifestSchema.safeParse(agent({ ai: { topP: 1 }, scaling: { max: 3 } }));
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['spec.ai', 'spec.scaling']);
  });
});
