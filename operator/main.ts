import { parseFlags } from './flags.ts';

/** Programs by the value of --mode. Each is loaded when it runs, and only then; it reads its own flags and variables. */
const modes = {
  controller: () => import('./controller.ts'),
  fetch: () => import('./fetch/fetch.ts'),
  meter: () => import('./meter/program.ts'),
  receiver: () => import('./receiver/receiver.ts'),
} as const;

async function main(args: readonly string[]): Promise<void> {
  const { mode = 'controller' } = parseFlags(['mode'], args).values;
  const load = Object.entries(modes).find(([name]) => name === mode)?.[1];
  // the controller says which modes there are
  const { run } = await (load ?? modes.controller)();
  await run(args, process.env);
}

void main(process.argv.slice(2));
