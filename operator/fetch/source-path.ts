import { FetchError } from './failure.ts';

const maximumDepth = 32;
const maximumNameBytes = 255;

const faults: readonly { readonly what: string; readonly isSo: (path: string) => boolean }[] = [
  { what: 'an absolute path', isSo: (path) => path.startsWith('/') || /^[A-Za-z]:/.test(path) },
  { what: 'a backslash', isSo: (path) => path.includes('\\') },
  { what: 'a control character', isSo: (path) => /\p{Cc}/u.test(path) },
  { what: "the name '..'", isSo: (path) => path.split('/').includes('..') },
  { what: "the name '.git'", isSo: (path) => path.toLowerCase().split('/').includes('.git') },
  { what: `more than ${maximumDepth} folders`, isSo: (path) => path.split('/').length > maximumDepth },
  {
    what: `a name of more than ${maximumNameBytes} bytes`,
    isSo: (path) => path.split('/').some((name) => Buffer.byteLength(name) > maximumNameBytes),
  },
];

/** Path of a file as an archive, bucket or repository has it, made safe to put under a folder: `a/b.py`. */
export function parseSourcePath(path: string): string {
  const fault = faults.find(({ isSo }) => isSo(path));
  if (fault !== undefined) {
    throw unsafe(path, `got ${fault.what}, allowed a plain path inside the source`);
  }
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.length === 0) throw unsafe(path, 'got no name, allowed a plain path inside the source');
  return names.join('/');
}

/** What the author is shown of a path that may hold anything. */
export function unsafe(path: string, fault: string): FetchError {
  return new FetchError('UnsafeContent', `${JSON.stringify(path.slice(0, 120))}: ${fault}; take it out of the source`);
}
