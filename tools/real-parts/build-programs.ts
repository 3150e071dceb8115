import { join } from 'node:path';
import { moduleFolder } from './cache.ts';
import { goBuildFlags, runGo } from './go.ts';
import type { GoProgram, GoProgramsPart } from './part.ts';

export interface Making {
  /** Empty folder that the part is written into. */
  readonly folder: string;
  readonly signal: AbortSignal;
  step(this: void, text: string): void;
}

/** Builds one program after the other: two links at once need more memory than a small machine has. */
export async function buildPrograms(part: GoProgramsPart, making: Making): Promise<void> {
  for (const [index, program] of part.programs.entries()) {
    making.step(`building ${program.binary}, ${index + 1} of ${part.programs.length}`);
    await buildProgram(program, making);
  }
}

async function buildProgram(program: GoProgram, making: Making): Promise<void> {
  const ldflags = ['-s', '-w', ...(program.ldflags ?? [])].join(' ');
  const target = join(making.folder, program.binary);
  await runGo({
    arguments: ['build', ...goBuildFlags, `-ldflags=${ldflags}`, '-o', target, program.package],
    folder: moduleFolder(program.module),
    moduleMode: 'readonly',
    signal: making.signal,
  });
}
