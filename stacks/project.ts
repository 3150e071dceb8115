import { join } from 'node:path';

/** Root of the checkout: sources in stacks/ and the bundle in dist/ both lie one folder below it. */
export const projectRoot = join(import.meta.dirname, '..');
