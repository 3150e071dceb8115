import { setTimeout as sleep } from 'node:timers/promises';
import { startControlPlane } from './control-plane.ts';

/** A process that owns a control plane and never stops it: prints the kubeconfig's path, then waits for its end. */
const controlPlane = await startControlPlane({ controllerManager: false });
process.once('SIGUSR2', () => {
  throw new Error('thrown on purpose');
});
process.stdout.write(`${controlPlane.kubeconfig}\n`);
await sleep(600_000);
