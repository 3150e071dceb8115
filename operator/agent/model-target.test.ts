import { expect, test } from '@jest/globals';
import { modelTarget } from './model-target.ts';
import { sampleAgent } from './sample.ts';

const targetOf = (ai: object) => modelTarget(sampleAgent({ ai }).spec);

test.each(['http://ollama.ollama.svc.cluster.local:11434', 'https://ollama.ollama.svc', 'http://OLLAMA.ollama.SVC/'])(
  '%s is asked',
  (endpoint) => {
    expect(targetOf({ endpoint, model: 'llama3.2:3b' })).toEqual({
      provider: 'ollama',
      endpoint,
      model: 'llama3.2:3b',
    });
  },
);

test.each([
  'https://api.openai.com/v1',
  'http://169.254.169.254/latest',
  'http://localhost:11434',
  'http://ollama:11434',
  'http://svc',
  'http://user@ollama.ollama.svc:11434',
  'http://ollama.ollama.svc.example.com',
  'ollama.ollama.svc:11434',
  '',
])('fails to be one that the operator may ask: %s', (endpoint) => {
  expect(targetOf({ endpoint, model: 'llama3.2:3b' })).toBeUndefined();
});

test('nobody is asked where the agent has no model', () => {
  expect(targetOf({ provider: 'none', endpoint: 'http://ollama.ollama.svc' })).toBeUndefined();
  expect(modelTarget(sampleAgent().spec)).toBeUndefined();
});
