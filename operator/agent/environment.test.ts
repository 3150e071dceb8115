import { describe, expect, test } from '@jest/globals';
import { agentEnvironment } from './environment.ts';
import { mostVariableBytes } from './prompt.ts';
import { sampleAgent, sampleSettings } from './sample.ts';
import { buildAgentService } from './service.ts';

const { telemetry } = sampleSettings.serving;

function environment(spec: object, sink?: string) {
  const variables = agentEnvironment(sampleAgent(spec), { telemetry, timeoutSeconds: 300, sink });
  return Object.fromEntries(variables.map(({ name, value, valueFrom }) => [name, value ?? valueFrom?.secretKeyRef]));
}

const apiKeySecretRef = { name: 'keys', key: 'api' };

describe('an agent', () => {
  test('of ollama is told the names that its clients read', () => {
    const ai = { endpoint: 'http://ollama.ai:11434', model: 'llama3.2:3b' };
    expect(environment({ ai })).toMatchObject({
      AI_PROVIDER: 'ollama',
      AI_ENDPOINT: ai.endpoint,
      OLLAMA_URL: ai.endpoint,
      OLLAMA_HOST: ai.endpoint,
      AI_MODEL: ai.model,
      OLLAMA_MODEL: ai.model,
      AI_TEMPERATURE: '0.7',
      AI_MAX_TOKENS: '2048',
    });
    expect(environment({ ai: {} })).not.toHaveProperty('OLLAMA_URL');
  });

  test('of OpenAI is sent to its public address, or to whoever speaks its API', () => {
    const ai = { provider: 'openai', model: 'gpt-4.1', apiKeySecretRef };
    expect(environment({ ai })).toMatchObject({
      OPENAI_BASE_URL: 'https://api.openai.com/v1',
      OPENAI_MODEL: 'gpt-4.1',
      OPENAI_API_KEY: apiKeySecretRef,
      AI_API_KEY: apiKeySecretRef,
    });
    const { AI_ENDPOINT, OPENAI_BASE_URL } = environment({ ai: { ...ai, endpoint: 'http://vllm:8000/v1' } });
    expect([AI_ENDPOINT, OPENAI_BASE_URL]).toEqual(['http://vllm:8000/v1', 'http://vllm:8000/v1']);
  });

  test('of Anthropic is told its address, its model and its key', () => {
    expect(environment({ ai: { provider: 'anthropic', model: 'm', apiKeySecretRef } })).toMatchObject({
      ANTHROPIC_BASE_URL: 'https://api.anthropic.com',
      ANTHROPIC_MODEL: 'm',
      ANTHROPIC_API_KEY: apiKeySecretRef,
    });
  });

  test('without a model is told of none', () => {
    const names = Object.keys(environment({}));
    expect(names.filter((name) => /^(AI|OLLAMA|OPENAI|ANTHROPIC)_/.test(name))).toEqual([]);
    expect(environment({ ai: { provider: 'none' } })).not.toHaveProperty('AI_ENDPOINT');
  });

  test('gets its own value where it sets one', () => {
    const env = [{ name: 'OLLAMA_URL', value: 'http://mine' }];
    const names = agentEnvironment(sampleAgent({ env, ai: { endpoint: 'http://given' } }), {
      telemetry,
      timeoutSeconds: 300,
      sink: undefined,
    }).map(({ name, value }) => `${name}=${value}`);
    expect(names.filter((text) => text.startsWith('OLLAMA_URL='))).toEqual(['OLLAMA_URL=http://mine']);
    expect(names).toContain('AI_ENDPOINT=http://given');
  });

  test('sends events to its broker, where it has one, as a source of its own', () => {
    expect(environment({}, 'http://broker')).toMatchObject({
      K_SINK: 'http://broker',
      KNATIVE_BROKER_URL: 'http://broker',
      EVENT_SOURCE: '/agents/agents/bruno',
    });
    expect(environment({})).not.toHaveProperty('K_SINK');
  });
});

const serviceOf = (spec: object) =>
  buildAgentService({
    agent: sampleAgent(spec),
    settings: sampleSettings,
    sink: undefined,
    references: '',
    budget: { kind: 'none' },
  });

describe('a system prompt', () => {
  test('under ai wins over the one under behavior', () => {
    const spec = { ai: { systemPrompt: 'one' }, behavior: { systemPrompt: 'two' } };
    expect(environment(spec)['SYSTEM_PROMPT']).toBe('one');
  });

  test('keeps what Kubernetes would expand', () => {
    const systemPrompt = 'say $(AI_MODEL), $$ and $';
    expect(environment({ ai: { systemPrompt } })['SYSTEM_PROMPT']).toBe('say $$(AI_MODEL), $$$$ and $$');
    const { annotations } = serviceOf({ ai: { systemPrompt } }).spec.template.metadata;
    expect(annotations['lambda.knative.io/system-prompt']).toBe(systemPrompt);
  });

  test('of a ConfigMap wins over the one under behavior, and comes both ways', () => {
    const systemPromptConfigMapRef = { name: 'prompts', key: 'bruno.txt' };
    const spec = { ai: { systemPromptConfigMapRef }, behavior: { systemPrompt: 'two' } };
    const { template } = serviceOf(spec).spec;
    expect(template.spec.containers[0].env).toContainEqual({
      name: 'SYSTEM_PROMPT',
      valueFrom: { configMapKeyRef: systemPromptConfigMapRef },
    });
    expect(environment(spec)['SYSTEM_PROMPT_FILE']).toBe('/etc/agent/system-prompt.txt');
    expect(template.metadata.annotations).not.toHaveProperty(['lambda.knative.io/system-prompt']);
  });

  test('that one variable cannot hold is in the file alone', () => {
    const fits = { ai: { systemPrompt: 'é'.repeat(mostVariableBytes / 2) } };
    const above = { ai: { systemPrompt: `${fits.ai.systemPrompt}é` } };
    expect(environment(fits)).toHaveProperty('SYSTEM_PROMPT');
    expect(environment(above)).not.toHaveProperty('SYSTEM_PROMPT');
    expect(environment(above)['SYSTEM_PROMPT_FILE']).toBe('/etc/agent/system-prompt.txt');
  });

  test('that changes is another revision, mounted from what the revision says', () => {
    const [before, after] = ['one', 'two'].map((text) => serviceOf({ behavior: { systemPrompt: text } }).spec.template);
    expect(before?.metadata.annotations['lambda.knative.io/applied-hash']).not.toBe(
      after?.metadata.annotations['lambda.knative.io/applied-hash'],
    );
    expect(after?.spec.volumes).toHaveLength(2);
    expect(serviceOf({}).spec.template.spec.volumes).toHaveLength(1);
  });
});

test('a pod runs hardened, warm, without a token and without a limit of calls', () => {
  const { spec } = buildAgentService({
    agent: sampleAgent(),
    settings: sampleSettings,
    sink: undefined,
    references: '',
    budget: { kind: 'none' },
  }).spec.template;
  expect(spec).toMatchObject({
    containerConcurrency: 0,
    timeoutSeconds: 310,
    serviceAccountName: 'bruno-agent',
    automountServiceAccountToken: false,
    containers: [
      {
        image: 'localhost:5001/agent-bruno/chatbot:0.1.0',
        readinessProbe: { httpGet: { path: '/health', port: 8080 } },
        securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true },
      },
    ],
  });
});
