import { z } from 'zod';
import { type IntentEvent, IntentRouter, parseIntentTable } from '../../operator/intents/index.ts';
import { percentile, ratios, spreadOf } from './statistics.ts';
import { readThresholds } from './thresholds.ts';
import { describeSpread, judge, judgeAtMost } from './verdict.ts';

const help = `usage: make bench SUITE=intents

Times decisions by a table of 200 intents with keywords and patterns, in this process and without a classifier, beside a loop
that looks for the same keywords in the same texts, interleaved, and compares with test/bench/thresholds.json. The exit code is
1 beyond a bar.
`;

const thresholds = readThresholds(
  z.object({
    intents: z.strictObject({ eventsPerSecond: z.number(), p99Ms: z.number(), decisionToSearch: z.number() }),
  }),
).intents;

const [warmUps, rounds, eventCount, intentCount] = [2, 9, 2000, 200];

const names = Array.from({ length: intentCount }, (_, index) => `intent-${index}`);
const keywordsOf = (index: number): readonly string[] => [`thing${index}`, `where is my part${index}`];

/** Of each intent: words, a number of its own, and attributes of the event for one in ten. */
const router = new IntentRouter(
  parseIntentTable(
    JSON.stringify({
      intents: Object.fromEntries(names.map((name) => [name, { target: { kind: 'agent', namespace: 'bench', name } }])),
      rules: names.map((intent, index) => ({
        name: intent,
        intent,
        priority: index % 5,
        attributes: index % 10 === 0 ? { source: '/chat/*' } : {},
        keywords: keywordsOf(index),
        patterns: [String.raw`\bNO${index}-\d{3,6}\b`],
      })),
      fallback: 'intent-0',
    }),
    'table',
  ),
);

/** Some that a keyword decides, some that a pattern does, and some that nothing knows; no two are the same. */
const events = Array.from({ length: eventCount }, (_, index): IntentEvent => {
  const subjects = [`thing${index % intentCount}`, `NO${index % intentCount}-${1000 + index}`, 'nothing of the kind'];
  const text = `Hello, this is customer ${index}. I wrote last week about ${subjects[index % 3]} and nobody has answered me yet.`;
  return {
    attributes: { type: 'io.homelab.chat.message', source: '/chat/web', id: `${index}` },
    data: { message: text },
  };
});

/** Milliseconds on a processor since another reading: others may have it in between. */
function cpuMs(since?: NodeJS.CpuUsage): number {
  const { system, user } = process.cpuUsage(since);
  return (system + user) / 1000;
}

async function timeDecisions(latencies: number[]): Promise<number> {
  const startedAt = process.cpuUsage();
  for (const event of events) {
    const begunAt = performance.now();
    await router.decide(event, undefined);
    latencies.push(performance.now() - begunAt);
  }
  return cpuMs(startedAt);
}

/** What nobody can do without who compares with a list of words. */
function timeSearch(): number {
  const keywords = names.flatMap((_, index) => keywordsOf(index));
  const startedAt = process.cpuUsage();
  let found = 0;
  for (const { data } of events) {
    const text = JSON.stringify(data).toLowerCase();
    found += keywords.filter((keyword) => text.includes(keyword)).length;
  }
  if (found === 0) throw new Error('found: got no keyword, expected some');
  return cpuMs(startedAt);
}

async function bench(): Promise<boolean> {
  const latencies: number[] = [];
  const pairs: (readonly [number, number])[] = [];
  for (let round = -warmUps; round < rounds; round += 1) {
    const own: number[] = [];
    const [decisions, search] = [await timeDecisions(own), timeSearch()];
    if (round < 0) continue;
    latencies.push(...own);
    pairs.push([decisions, search]);
  }
  const perSecond = spreadOf(pairs.map(([decisions]) => (eventCount / decisions) * 1000));
  const relative = spreadOf(ratios(pairs));
  const p99 = percentile(latencies, 0.99);
  const shown = `${describeSpread(perSecond, '', 0)}, bar ${thresholds.eventsPerSecond}`;
  return [
    judge('events in a second of one core', perSecond.median >= thresholds.eventsPerSecond, shown),
    judgeAtMost('99th percentile', p99, thresholds.p99Ms, `${p99.toFixed(3)} ms`),
    judgeAtMost('decisions to a search', relative.median, thresholds.decisionToSearch, describeSpread(relative)),
  ].every(Boolean);
}

if (process.argv.includes('--help')) process.stdout.write(help);
else process.exitCode = (await bench()) ? 0 : 1;
