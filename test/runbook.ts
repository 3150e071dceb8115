import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../stacks/index.ts';

export interface Runbook {
  /** Name of the alert, or README. */
  readonly name: string;
  readonly text: string;
  /** Text by heading of the second level, in the order of the page. */
  readonly sections: ReadonlyMap<string, string>;
  /** Lines of the shell blocks, and kubectl commands in the prose. */
  readonly commands: readonly string[];
  /** PromQL blocks. */
  readonly queries: readonly string[];
}

const folder = join(projectRoot, 'docs', 'runbooks');

/** Every page of docs/runbooks/ with README.md among them. */
export function readRunbooks(): readonly Runbook[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.md'));
  return files.map((file) => parseRunbook(file.slice(0, -'.md'.length), readFileSync(join(folder, file), 'utf8')));
}

function parseRunbook(name: string, text: string): Runbook {
  const lines = blocks(text, 'sh').flatMap((block) => block.split('\n').map((line) => line.trim()));
  const inProse = [...text.matchAll(/`(kubectl --context [^`]+)`/g)].map(([, command = '']) => command);
  const headings = text.split(/^## /m).slice(1);
  return {
    name,
    text,
    sections: new Map(
      headings.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()]),
    ),
    commands: [...lines.filter((line) => line !== ''), ...inProse],
    queries: blocks(text, 'promql').map((block) => block.trim()),
  };
}

function blocks(text: string, language: string): readonly string[] {
  const fence = new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\``, 'gms');
  return [...text.matchAll(fence)].map(([, block = '']) => block);
}

/** Variables that a person sets from the labels of the alert or from the output of a command before. */
export const givenByPerson = [
  'AGENT',
  'CERTIFICATE',
  'FUNCTION',
  'JOB',
  'KEY',
  'POD',
  'QUEUE',
  'REQUEST',
  'REVISION',
  'SECRET',
] as const;
