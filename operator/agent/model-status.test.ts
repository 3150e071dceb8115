import { describe, expect, test } from '@jest/globals';
import type { LambdaAgentStatus } from '../api/index.ts';
import type { ModelReport } from './model-health.ts';
import type { ModelAnswer } from './model-probe.ts';
import { aiStatus } from './model-status.ts';
import { modelTarget } from './model-target.ts';
import { sampleAgent } from './sample.ts';

const endpoint = 'http://ollama.ollama.svc:11434';
const ai = { endpoint, model: 'llama3.2:3b' };
const told = { provider: 'ollama', endpoint, activeModel: 'llama3.2:3b' };

type AiStatus = LambdaAgentStatus['aiStatus'];

function statusWith(report: ModelReport | undefined, before?: AiStatus, spec: object = ai): AiStatus {
  const agent = sampleAgent({ ai: spec }, {}, before === undefined ? undefined : { aiStatus: before });
  return aiStatus(agent, { target: modelTarget(agent.spec), report });
}

const minutes = (count: number): Date => new Date(Date.UTC(2026, 0, 1, 0, count));

const reportAt = (count: number, answer: ModelAnswer, servedAt?: Date): ModelReport => ({
  answer,
  askedAt: minutes(count),
  latencyMs: 7 + count,
  servedAt: answer.kind === 'served' ? minutes(count) : servedAt,
});

const served = statusWith(reportAt(0, { kind: 'served' }));
const failed: ModelAnswer = { kind: 'failed', cause: 'answers with status 503' };

describe('what is said of the model', () => {
  test('is whether it is served, since when that is known, and how long the answer took', () => {
    expect(served).toEqual({
      ...told,
      modelAvailable: true,
      lastHealthCheck: '2026-01-01T00:00:00Z',
      lastSuccess: '2026-01-01T00:00:00Z',
      probeMilliseconds: 7,
    });
  });

  test('is nothing before the first answer, and what it was after a restart', () => {
    expect(statusWith(undefined)).toEqual(told);
    expect(statusWith(undefined, served)).toEqual(served);
  });

  test('is nothing of the model before', () => {
    expect(statusWith(undefined, served, { endpoint, model: 'other' })).toEqual({ ...told, activeModel: 'other' });
  });

  test('changes with the answer, and keeps when it was served last', () => {
    expect(statusWith(reportAt(1, failed), served)).toEqual({
      ...told,
      modelAvailable: false,
      lastHealthCheck: '2026-01-01T00:01:00Z',
      lastSuccess: '2026-01-01T00:00:00Z',
      probeMilliseconds: 8,
      error: 'the server of the model answers with status 503',
    });
  });

  test('stays for ten minutes while the answer does', () => {
    expect(statusWith(reportAt(9, { kind: 'served' }), served)).toEqual(served);
    expect(statusWith(reportAt(10, { kind: 'served' }), served)).toMatchObject({
      lastHealthCheck: '2026-01-01T00:10:00Z',
      probeMilliseconds: 17,
    });
  });

  test('is never a guess', () => {
    expect(statusWith(reportAt(0, { kind: 'unsaid' }))).not.toHaveProperty('modelAvailable');
    const elsewhere = { provider: 'openai', model: 'gpt-5', apiKeySecretRef: { name: 'keys', key: 'api' } };
    expect(statusWith(undefined, served, elsewhere)).toEqual({
      provider: 'openai',
      endpoint: 'https://api.openai.com/v1',
      activeModel: 'gpt-5',
    });
  });
});
