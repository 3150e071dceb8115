import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../stacks/index.ts';
import { installedProgram } from '../../tools/real-parts/locate.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Programs that no package registry has, by the name under which the CLI looks for them, and what stands in for each. */
const standIns = {
  'pulumi-language-nodejs': 'language-host.ts',
  'pulumi-resource-aws': 'aws-provider.ts',
  'pulumi-resource-kubernetes': 'kubernetes-provider.ts',
} as const;

export type ProgramName = keyof typeof standIns;

const names: readonly ProgramName[] = ['pulumi-language-nodejs', 'pulumi-resource-aws', 'pulumi-resource-kubernetes'];

const packageSchema = z.object({ dependencies: z.record(z.string(), z.string()) });

/** Where `pulumi plugin install` puts the plugin that belongs to the package which the program loads. */
function pluginFolders({ PULUMI_HOME: home = join(homedir(), '.pulumi') }: Environment): readonly string[] {
  const { dependencies } = packageSchema.parse(JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')));
  return ['aws', 'kubernetes'].map((name) =>
    join(home, 'plugins', `resource-${name}-v${dependencies[`@pulumi/${name}`] ?? ''}`),
  );
}

/** Path of the real program, where the user has it: on the path, or among the plugins. */
export function installedPlugin(name: ProgramName, environment: Environment = process.env): string | undefined {
  const path = [environment['PATH'] ?? '', ...pluginFolders(environment)].join(delimiter);
  return installedProgram(name, { PATH: path });
}

/** Words that Node.js starts the stand-in with. */
export const standInWords = (name: ProgramName): readonly string[] => [
  '--import',
  'tsx',
  join(import.meta.dirname, standIns[name]),
];

/** Makes a folder that has all the programs: the real ones that are installed, and stand-ins for the others. */
export function writePrograms(folder: string, environment: Environment = process.env): void {
  mkdirSync(folder);
  for (const name of names) {
    const standIn = [process.execPath, ...standInWords(name)];
    const real = installedPlugin(name, environment);
    const command = real === undefined ? `cd '${projectRoot}' && exec '${standIn.join("' '")}'` : `exec '${real}'`;
    writeFileSync(join(folder, name), `#!/bin/sh\n${command} "$@"\n`, { mode: 0o755 });
  }
}
