import { spawn } from 'node:child_process';
import { ConfigurationError, projectRoot } from '../../stacks/index.ts';
import { toCommandLine } from '../operations/kubectl.ts';

type Variables = Readonly<Record<string, string>>;

const howToInstall =
  'install the Pulumi CLI as https://www.pulumi.com/docs/install/ says (macOS: brew install pulumi/tap/pulumi; Linux: curl -fsSL https://get.pulumi.com | sh) and put it on the PATH';

/** The CLI, which gets ctrl-C as well, ends an update in order; to leave before it would hide how it ended. */
const stay = (): void => undefined;

/** Exit code of a Pulumi command on the terminal; the line is printed, as it can be pasted, before it runs. */
async function runPulumi(args: readonly string[], variables: Variables = {}): Promise<number | string> {
  process.stderr.write(`${toCommandLine('pulumi', args)}\n`);
  const child = spawn('pulumi', args, { cwd: projectRoot, stdio: 'inherit', env: { ...process.env, ...variables } });
  process.on('SIGINT', stay);
  try {
    return await new Promise<number | string>((resolve, reject) => {
      child.on('error', reject).on('close', (code, signal) => resolve(code ?? signal ?? 'a signal'));
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([`pulumi: ${message}; ${howToInstall}`]);
  } finally {
    process.off('SIGINT', stay);
  }
}

/** @throws ConfigurationError when the command failed, which has said why */
export async function pulumi(args: readonly string[], variables: Variables = {}): Promise<void> {
  const end = await runPulumi(args, variables);
  if (end === 0) return;
  const shown = typeof end === 'number' ? `exit code ${end}` : `stopped by ${end}`;
  throw new ConfigurationError([
    `${toCommandLine('pulumi', args)}: ${shown}; docs/operations/pulumi.md says how to go on`,
  ]);
}
