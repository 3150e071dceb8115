import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { requiredSecrets } from '../charts/required-secrets.ts';
import { sealedFolder } from '../charts/sealed-secrets.ts';
import { ConfigurationError, findEnvironment, projectRoot, readEnvironments } from '../stacks/index.ts';
import { runCommand } from './command.ts';
import { buildSecret, chooseSecret, generateValues } from './secret-values.ts';
import { readValues } from './secret-input.ts';

const usage = `usage: make seal ENV=name SECRET=name

Encrypts a Secret for the cluster of an environment and writes stacks/sealed/<ENV>/<SECRET>.yaml.
Asks for each value without showing it; from a pipe it reads lines KEY=VALUE. Passwords that nobody has to know are
generated.
kubeseal asks the current cluster for its certificate; SEALED_SECRETS_CERT names a file to use instead.
`;

/** Values reach kubeseal over its standard input only: never a file, never an argument. */
function kubeseal(manifest: object): string {
  const certificate = process.env['SEALED_SECRETS_CERT'] ?? '';
  const flags = ['--format', 'yaml', ...(certificate === '' ? [] : ['--cert', certificate])];
  const { status, stdout, stderr, error } = spawnSync('kubeseal', flags, {
    input: JSON.stringify(manifest),
    encoding: 'utf8',
  });
  if (error !== undefined) {
    throw new ConfigurationError([
      `kubeseal: ${error.message}; install it (https://github.com/bitnami-labs/sealed-secrets) and put it on the PATH`,
    ]);
  }
  if (status !== 0) {
    throw new ConfigurationError([`kubeseal: exit code ${status}: ${stderr.trim()}`]);
  }
  return stdout;
}

function write(environment: string, file: string, text: string): void {
  const folder = sealedFolder(environment);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, file);
  const temporary = `${path}.new`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
  process.stdout.write(`${relative(projectRoot, path)}: sealed; run make synth ENV=${environment} and commit both\n`);
}

await runCommand(usage, async () => {
  const environment = findEnvironment(readEnvironments(), process.env['ENV'] ?? '');
  const secrets = chooseSecret(environment, requiredSecrets(environment), process.env['SECRET'] ?? '');
  const [first] = secrets;
  const keys = first?.keys ?? [];
  const values = first?.generated === true ? generateValues(keys) : await readValues(keys);
  for (const secret of secrets) {
    const file = secrets.length === 1 ? `${secret.name}.yaml` : `${secret.namespace}.${secret.name}.yaml`;
    write(environment.name, file, kubeseal(buildSecret(secret, values)));
  }
});
