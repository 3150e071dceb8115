import { readSealedSecrets, sealedFolder } from '../charts/sealed-secrets.ts';
import { synthesizeEnvironment } from '../charts/synth.ts';
import { allNamespaces } from '../charts/workloads.ts';
import { type Environment, findEnvironment, readEnvironments, readReleases } from '../stacks/index.ts';
import { runCommand } from './command.ts';
import { renderQuotaTable } from './quota-table.ts';

function print(environment: Environment): void {
  const sealedSecrets = readSealedSecrets(sealedFolder(environment.name));
  const { files } = synthesizeEnvironment(environment, { releases: readReleases(), sealedSecrets });
  const manifests = files.flatMap((file) => file.manifests);
  for (const namespace of allNamespaces(environment)) {
    process.stdout.write(`${renderQuotaTable(environment, manifests, namespace)}\n`);
  }
}

const usage = `usage: make quota [ENV=name]

Prints what each namespace needs at its peak, what its quota allows and what is left.
`;

await runCommand(usage, () => {
  const environments = readEnvironments();
  const name = process.env['ENV'] ?? '';
  (name === '' ? environments : [findEnvironment(environments, name)]).forEach(print);
});
