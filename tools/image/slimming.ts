import type { Plugin } from 'esbuild';
import { projectRoot } from '../../stacks/index.ts';

/** The words of zod's errors in other languages, half of its size. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export {};' }));
  },
};

/** The pool of undici and its methods: the door of the package brings along fetch, caches and WebSockets, 0.6 MB. */
const poolOnly: Plugin = {
  name: 'pool-only',
  setup(bundler) {
    // fetch connects to whatever an author names, and needs more of it
    bundler.onResolve({ filter: /^undici$/ }, ({ importer, path }) =>
      importer.includes('/operator/fetch/') ? undefined : { path, namespace: 'pool-only' },
    );
    bundler.onLoad({ filter: /.*/, namespace: 'pool-only' }, () => ({ contents: pool, resolveDir: projectRoot }));
  },
};

/** As the door does it. A name that the operator imports and that is not here ends the bundling. */
const pool = `
import api from 'undici/lib/api/index.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
Object.assign(Dispatcher.prototype, api);
export { Pool };
`;

/** What fastify loads for routes that have schemas, and for requests without a socket: the receiver has neither. */
const socketOnly: Plugin = {
  name: 'socket-only',
  setup(bundler) {
    const unused = /^(@fastify\/ajv-compiler|@fastify\/fast-json-stringify-compiler|light-my-request)$/;
    bundler.onResolve({ filter: unused }, ({ path }) => ({ path, namespace: 'socket-only' }));
    bundler.onLoad({ filter: /.*/, namespace: 'socket-only' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Leaves out of packages what the operator never uses and what no bundler can see that it may leave out. */
export const slimming: readonly Plugin[] = [englishOnly, poolOnly, socketOnly];
