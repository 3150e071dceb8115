import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { IntentRouter, parseIntentTable } from '../operator/intents/index.ts';
import { projectRoot } from '../stacks/index.ts';

const guide = readFileSync(join(projectRoot, 'docs/operations/intents.md'), 'utf8');
const configMap = z.object({ data: z.object({ 'routes.yaml': z.string() }) });
const blocks = [...guide.matchAll(/```[a-z]*\n(?<text>[^]*?)```/g)].map(({ groups }) => groups?.['text'] ?? '');
const [yaml = '', , printed = ''] = blocks;
const table = configMap.parse(parse(yaml)).data['routes.yaml'];

test('the table of the guide is one, and no rule of it is in vain', () => {
  const router = new IntentRouter(parseIntentTable(table, 'guide'));
  const said = (data: unknown, attributes = {}) => [...router.matches({ attributes, data })].map(({ rule }) => rule);
  expect(said('where is my order ORD-12345?')).toEqual(['order-number', 'order-words']);
  expect(said('I want my money back', { source: '/chat/web' })).toEqual(['money']);
  expect(said({}, { type: 'io.shop.week.closed' })).toEqual(['weekly']);
});

test('the verb prints what the guide shows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'knative-lambda-guide-'));
  try {
    const path = join(folder, 'routes.yaml');
    writeFileSync(path, table);
    const program = join(projectRoot, 'cli/knative-lambda.mjs');
    const typed = [program, 'route', path, '--text', 'where is ORD-12345? where is my order?'];
    expect(spawnSync(process.execPath, typed, { encoding: 'utf8' }).stdout).toBe(printed);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
