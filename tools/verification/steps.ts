import { UsageError } from '../testing/usage.ts';

/** One check of `make verify`. */
export interface Step {
  readonly name: string;
  /** Commands that must all end with 0; `node` is this Node. */
  readonly commands: readonly (readonly string[])[];
  /** Whether what the commands print is progress for the person who waits. */
  readonly isLong: boolean;
}

/** Folders with code: a linter that is given none walks the dependencies too. */
export const codeFolders = ['charts', 'cli', 'infra', 'operator', 'preview', 'samples', 'stacks', 'test', 'tools'];

const tool = (name: string, ...options: readonly string[]): readonly string[] => [
  `node_modules/.bin/${name}`,
  ...options,
];
const script = (path: string): readonly string[] => ['node', '--import', 'tsx', path];

/** All checks, quickest first, so that a slow one never hides a fault that was known at once. */
export const steps: readonly Step[] = [
  { name: 'format', commands: [tool('oxfmt', '--check', '.')], isLong: false },
  { name: 'lint', commands: [tool('oxlint', ...codeFolders)], isLong: false },
  {
    name: 'types',
    commands: ['tsconfig.json', 'tsconfig.exact.json', 'operator/runtimes/nodejs/wrapper'].map((path) =>
      tool('tsc', '-p', path),
    ),
    isLong: false,
  },
  { name: 'dead-code', commands: [tool('knip')], isLong: false },
  { name: 'generated', commands: [script('tools/verify-generated.ts')], isLong: false },
  { name: 'tests', commands: [script('tools/test.ts')], isLong: true },
];

/**
 * The named steps in their own order, or all.
 * @throws UsageError naming the known steps
 */
export function chooseSteps(names: readonly string[]): readonly Step[] {
  const unknown = names.filter((name) => steps.every((step) => step.name !== name));
  if (unknown.length > 0) {
    throw new UsageError(`step: got ${unknown.join(', ')}, allowed ${steps.map(({ name }) => name).join(', ')}`);
  }
  return steps.filter(({ name }) => names.length === 0 || names.includes(name));
}
