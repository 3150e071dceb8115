import { FetchError } from '../failure.ts';

export const brokenPack = (fault: string): FetchError =>
  new FetchError('Truncated', `git: the pack is broken: ${fault}; it is tried again`);
