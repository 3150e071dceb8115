import { findEnvironment, readEnvironments } from '../stacks/index.ts';
import { runCommand } from './command.ts';
import { renderExports, shellVariables } from './shell-variables.ts';

const usage = `usage: eval "$(make variables ENV=name)" [CONTEXT=name]

Prints, as a shell reads them, the names that differ between environments: the kubectl context, the namespaces, the
broker. The commands in docs/runbooks/ use them. Looks at no cluster.
`;

await runCommand(usage, () => {
  const environment = findEnvironment(readEnvironments(), process.env['ENV'] ?? '');
  const context = process.env['CONTEXT'] ?? '';
  process.stdout.write(renderExports(shellVariables(environment, context)));
});
