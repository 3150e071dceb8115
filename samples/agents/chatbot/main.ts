import { Agent } from './agent.ts';
import { ModelMetrics } from './model-metrics.ts';
import { askOllama } from './ollama.ts';
import { buildServer } from './server.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const metrics = new ModelMetrics(settings);
const log = (line: Readonly<Record<string, string | number>>): void =>
  void process.stdout.write(`${JSON.stringify({ ts: new Date().toISOString(), agent: settings.name, ...line })}\n`);
const server = buildServer({ agent: new Agent(settings, askOllama(settings), metrics), metrics, log });

server.listen(settings.port, () => log({ level: 'info', msg: 'started', model: settings.model }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => process.exit(0)));
