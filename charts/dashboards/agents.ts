import { bars, type Dashboard, line, lines, type Row, stat } from './dashboard.ts';
import { chosen, increase, quantile, rate, share, total } from './promql.ts';
import { shared } from './shared-panels.ts';
import { environmentVariable } from './variables.ts';

const tokens = 'knative_lambda_agent_tokens_total';
const inference = 'knative_lambda_agent_inference_duration_seconds';
const available = 'knative_lambda_agent_model_available';

const where = `${chosen}, agent=~"$agent", model=~"$model"`;
const models = 'provider, model';

const overview: Row = {
  title: 'Overview',
  panels: [
    shared.agents,
    stat({
      title: 'Ready',
      question: 'How many agents can answer?',
      unit: 'short',
      expr: total('knative_lambda_operator_lambdaagents', { where: `${chosen}, phase="Ready"` }),
    }),
    stat({
      title: 'Model calls',
      question: 'How often do agents ask a model?',
      unit: 'reqps',
      expr: rate(`${inference}_count`, { where, window: '5m' }),
    }),
    stat({
      title: 'Failed calls',
      question: 'Which share of the model calls fails?',
      unit: 'percentunit',
      expr: share(`${inference}_count`, 'result="error"', { where, window: '5m' }),
    }),
    stat({
      title: 'P95 of a call',
      question: 'How long does a model take?',
      unit: 's',
      expr: quantile(0.95, inference, { where, window: '5m' }),
    }),
    stat({
      title: 'Tokens in 1 hour',
      question: 'How much do agents use?',
      unit: 'short',
      expr: increase(tokens, { where, window: '1h' }),
    }),
  ],
};

const health: Row = {
  title: 'Models',
  panels: [
    stat({
      title: 'Model available',
      question: 'Does each model answer its probe?',
      width: 12,
      unit: 'short',
      expr: `min by (agent, ${models}) (${available}{${where}})`,
      legend: '{{agent}}: {{provider}} {{model}}',
      states: { 0: { text: 'no', color: 'red' }, 1: { text: 'yes', color: 'green' } },
    }),
    stat({
      title: 'Budget of the day',
      question: 'Which agent is about to run out of its budget?',
      width: 12,
      unit: 'percentunit',
      expr: `max by (agent, unit) (knative_lambda_agent_budget_used_ratio{${chosen}, agent=~"$agent"})`,
      legend: '{{agent}} {{unit}}',
      limits: { above: ['agentBudget'] },
    }),
    line({
      title: 'Availability of models',
      question: 'Since when does a model fail its probe?',
      unit: 'short',
      expr: `min by (agent, ${models}) (${available}{${where}})`,
      legend: '{{agent}}: {{provider}} {{model}}',
    }),
    lines({
      title: 'Duration of model calls',
      question: 'Which model is slow?',
      unit: 's',
      queries: [
        { expr: quantile(0.5, inference, { where, by: models }), legend: '{{model}} P50' },
        { expr: quantile(0.95, inference, { where, by: models }), legend: '{{model}} P95' },
      ],
    }),
    lines({
      title: 'Model calls by result',
      question: 'Which agent fails?',
      unit: 'reqps',
      queries: [{ expr: rate(`${inference}_count`, { where, by: 'agent, result' }), legend: '{{agent}} {{result}}' }],
    }),
  ],
};

const use: Row = {
  title: 'Tokens',
  panels: [
    lines({
      title: 'Tokens by agent',
      question: 'Which agent uses tokens, and which way?',
      unit: 'cps',
      queries: [{ expr: rate(tokens, { where, by: 'agent, direction' }), legend: '{{agent}} {{direction}}' }],
      stacked: true,
    }),
    lines({
      title: 'Tokens by model',
      question: 'Which model are tokens spent on?',
      unit: 'cps',
      queries: [{ expr: rate(tokens, { where, by: models }), legend: '{{provider}} {{model}}' }],
      stacked: true,
    }),
    bars({
      title: 'Tokens of the day',
      question: 'Who used most since this time yesterday?',
      unit: 'short',
      expr: `sort_desc(${increase(tokens, { where, window: '24h', by: 'agent' })})`,
      legend: '{{agent}}',
    }),
  ],
};

export const agentsDashboard: Dashboard = {
  uid: 'knative-lambda-agents',
  title: 'Knative Lambda: agents',
  purpose: 'Whether agents answer, how long their models take, and what they use.',
  refresh: '30s',
  range: '3h',
  variables: [
    environmentVariable,
    { name: 'agent', label: 'Agent', metric: available, from: 'agent', matchers: chosen },
    { name: 'model', label: 'Model', metric: available, from: 'model', matchers: `${chosen}, agent=~"$agent"` },
  ],
  rows: [overview, health, use],
};
