import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findEnvironment, projectRoot, readEnvironments } from '../../stacks/index.ts';
import { runCommand } from '../command.ts';
import { cloudFiles } from './cloud-files.ts';

const usage = `usage: make synth [ENV=name] [OUT=folder]

Writes cloud.json of each environment: the AWS resources that the Pulumi program registers, without secrets.
`;

await runCommand(usage, async () => {
  const { ENV: name = '', OUT: out = '' } = process.env;
  const all = readEnvironments();
  const output = out === '' ? join(projectRoot, 'manifests') : resolve(out);
  for (const [path, text] of await cloudFiles(name === '' ? all : [findEnvironment(all, name)])) {
    mkdirSync(dirname(join(output, path)), { recursive: true });
    writeFileSync(join(output, path), text);
  }
});
