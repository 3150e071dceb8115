import { run } from './fetch.ts';

// the bundle is CommonJS, which cannot await here
void run(process.argv.slice(2), process.env);
