import { isNativeError } from 'node:util/types';

/** What an error says. Errors of the network may be of another realm than ours, where instanceof does not know them. */
export const messageOf = (error: unknown): string => (isNativeError(error) ? error.message : String(error));

/** Code of an error of Node.js or undici, such as `ECONNREFUSED`; empty where there is none. */
export const codeOf = (error: unknown): string =>
  isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : '';
