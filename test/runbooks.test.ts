import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { alerts } from '../charts/rules/alerts.ts';
import { checkKnownQuery } from '../charts/rules/known-metrics.ts';
import { projectRoot, readEnvironments } from '../stacks/index.ts';
import { parseCall } from '../tools/operations/verbs.ts';
import { shellVariables } from '../tools/shell-variables.ts';
import { givenByPerson, readRunbooks } from './runbook.ts';

const all = readRunbooks();
const pages = all.filter(({ name }) => name !== 'README');
const index = all.find(({ name }) => name === 'README');
const environments = readEnvironments();
const exported = Object.keys(shellVariables(environments[0] ?? failToRead()));

function failToRead(): never {
  throw new Error('no environment');
}

const matches = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].flatMap(([, found]) => found ?? []);

/** Least length of a section that says something. */
const leastText = 40;

test('every alert has a page and every page an alert', () => {
  expect(pages.map(({ name }) => name).toSorted()).toEqual([...alerts.keys()].toSorted());
});

describe.each(pages.map((page) => ({ name: page.name, page })))('$name', ({ name, page }) => {
  const alert = alerts.get(name);

  test('says what it means, who is hit, how the cause is found and how it is mended', () => {
    const headings = [...page.sections.keys()];
    expect(headings.slice(0, 4)).toEqual(['Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
    expect(headings.slice(4).filter((heading) => heading !== 'Afterwards')).toEqual([]);
    expect([...page.sections].filter(([, text]) => text.length < leastText)).toEqual([]);
  });

  test('begins with the priority, the delay and the dashboard of its alert', () => {
    const { priority, threshold, dashboard } = alert ?? {};
    const start = `# ${name}\n\n${priority}, after ${threshold?.for}, dashboard \`${dashboard}\`. `;
    expect(page.text.slice(0, start.length)).toBe(start);
  });

  test('finds the cause with at least three commands or queries', () => {
    const diagnosis = page.sections.get('Diagnosis') ?? '';
    const shown = page.commands.filter((command) => diagnosis.includes(command));
    expect(shown.length + page.queries.length).toBeGreaterThanOrEqual(3);
    expect(shown.length).toBeGreaterThan(0);
  });
});

test('no two pages find the cause in the same way', () => {
  expect(new Set(pages.map(({ sections }) => sections.get('Diagnosis'))).size).toBe(pages.length);
});

describe.each(all.map((page) => ({ name: page.name, page })))('commands of $name', ({ page }) => {
  test('name the cluster, and programs that are needed anyway', () => {
    const allowed =
      /^(kubectl --context \$CLUSTER |make [a-z]|aws s3 |curl -i http:\/\/localhost|eval "\$\(make |[A-Z]+=)/;
    expect(page.commands.filter((command) => !allowed.test(command))).toEqual([]);
  });

  test('use variables that are printed by make variables or set by the person', () => {
    const known = new Set<string>([...exported, ...givenByPerson]);
    const used = page.commands.flatMap((command) => matches(command, /\$\{?([A-Z_]+)/g));
    expect(used.filter((variable) => !known.has(variable))).toEqual([]);
  });

  test('call verbs by their names, with variables that the verbs take', () => {
    const makefile = new Set(matches(readFileSync(join(projectRoot, 'Makefile'), 'utf8'), /^([a-z-]+):.*## /gm));
    const calls = matches(page.text, /(?:`|^|\()make ([a-z][^`\n)]*)/gm).map((call) => call.replaceAll('$ENV', 'prd'));
    expect(calls.flatMap((call) => unknownInCall(call, makefile))).toEqual([]);
  });
});

/** What a call of make names that does not exist; the name of a verb alone stands for it with an environment. */
function unknownInCall(text: string, makefile: ReadonlySet<string>): readonly string[] {
  const [word = '', ...rest] = text.split(' ');
  const given = rest.flatMap((part) => matches(part, /^([A-Z]+)=/g));
  const call = parseCall(word.replace('…', 'prd'));
  if (call === undefined) return makefile.has(word) ? [] : [word];
  const taken = new Set(['ENV', 'CONTEXT', 'YES', ...Object.keys(call.verb.variables ?? {})]);
  return given.filter((variable) => !taken.has(variable)).map((variable) => `${word} ${variable}`);
}

test('every exported variable is used', () => {
  const used = new Set(all.flatMap(({ commands }) => commands.flatMap((one) => matches(one, /\$\{?([A-Z_]+)/g))));
  expect(exported.filter((variable) => !used.has(variable))).toEqual([]);
});

describe('queries', () => {
  const queries = all.flatMap(({ name, queries: ofPage }) => ofPage.map((query) => ({ name, query })));

  test.each(queries)('of $name name series that are there: $query', ({ query }) => {
    const { metrics, faults } = checkKnownQuery(query);
    expect({ faults, asks: metrics.length > 0 }).toEqual({ faults: [], asks: true });
  });

  test('are about the environment that the index says', () => {
    const other = queries.filter(({ query }) => /environment="(?!prd")|namespace="(?!knative-lambda-prd")/.test(query));
    expect(other).toEqual([]);
  });
});

/** Anchor of a heading, as GitHub makes it. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

describe('the index', () => {
  test('has every heading that pages lead to', () => {
    const headings = new Set([...(index?.sections.keys() ?? [])].map(slug));
    const led = all.flatMap(({ text }) => matches(text, /\]\((?:README\.md)?#([^)]+)\)/g));
    expect(led.length).toBeGreaterThan(pages.length);
    expect(led.filter((heading) => !headings.has(heading))).toEqual([]);
  });

  test.each(['P0', 'P1', 'P2', 'P3'])('lists each alert of %s once', (priority) => {
    const section = index?.text.split('\n### ').find((part) => part.startsWith(`${priority}:`)) ?? '';
    const [table = ''] = section.split('\n## ');
    const expected = [...alerts].filter(([, alert]) => alert.priority === priority).map(([name]) => name);
    expect(matches(table, /^\| \[(\w+)\]/gm)).toEqual(expected);
  });

  test('says how fast each priority is answered', () => {
    expect(matches(index?.text ?? '', /^### (.*)$/gm)).toEqual([
      'P0: called through PagerDuty, answer in 15 minutes',
      'P1: posted to #sre-oncall, answer in an hour',
      'P2: posted to #platform, answer in four hours',
      'P3: an issue, at the next planning',
    ]);
  });

  test('explains every variable', () => {
    const commands = index?.sections.get('Commands') ?? '';
    expect([...exported, ...givenByPerson].filter((variable) => !commands.includes(`\`${variable}\``))).toEqual([]);
  });
});

describe('published responses', () => {
  test.each([
    ['BuildFailureRateHigh', 'queue depth', 'make rabbitmq-status'],
    ['BuildFailureRateHigh', 'unfinished Jobs', 'get jobs -l lambda.knative.io/build=true --field-selector'],
    ['BuildFailureRateHigh', 'logs of a Job', 'logs job/$JOB'],
    ['BuildFailureRateHigh', 'a missing source', 'not in the bucket'],
    ['BuildFailureRateHigh', 'limits of the registry', 'the registry limits pushes'],
    ['BuildFailureRateHigh', 'a bad Dockerfile', 'bad Dockerfile'],
    ['BuildFailureRateHigh', 'memory of a build', 'OOMKilled'],
    ['BuilderServiceDown', 'events by time', 'get events --sort-by=.lastTimestamp'],
    ['BuilderServiceDown', 'memory', 'OOMKilled'],
    ['BuilderServiceDown', 'a crash loop', 'CrashLoopBackOff'],
    ['BuilderServiceDown', 'an image', 'ImagePullBackOff'],
    ['BuilderServiceDown', 'a node', 'node under pressure'],
    ['RabbitMQQueueBacklog', 'queue depth', 'make rabbitmq-status'],
    ['RabbitMQQueueBacklog', 'five receivers', 'make scale-builder ENV=$ENV REPLICAS=5'],
    ['RabbitMQQueueBacklog', 'stuck Jobs by start', '--sort-by=.status.startTime'],
    ['RabbitMQQueueBacklog', 'the purge', 'make rabbitmq-purge-lambda-queues-$ENV'],
    ['KnativeLambdaColdStartSlow', 'the service', 'get ksvc $FUNCTION -o yaml'],
    ['KnativeLambdaColdStartSlow', 'the start of the log', '--tail=100'],
  ])('%s speaks of %s', (name, _subject, words) => {
    expect(pages.find((page) => page.name === name)?.text).toContain(words);
  });

  test('replay comes before purge', () => {
    const wrong = all.filter(({ text }) => {
      const purge = text.search(/purge/i);
      return purge >= 0 && !(text.search(/replay/i) < purge && /replay/i.test(text));
    });
    // the one page that speaks of purging only to forbid it
    expect(wrong.map(({ name }) => name)).toEqual(['BuilderServiceDown', 'KnativeLambdaScaleUpQueue']);
  });

  test('whoever rolls back by hand is told to revert the commit', () => {
    const undone = pages.filter(({ text }) => /make (rollout-undo|canary-rollback)/.test(text));
    expect(undone.length).toBeGreaterThan(5);
    expect(undone.filter(({ text }) => !/revert/i.test(text)).map(({ name }) => name)).toEqual([]);
  });

  test('no command is one that Flux takes back', () => {
    const changing = /kubectl .* (edit|scale|set|rollout (restart|undo)|cordon|drain) /;
    expect(all.flatMap(({ commands }) => commands.filter((command) => changing.test(`${command} `)))).toEqual([]);
  });
});
