import { isNativeError } from 'node:util/types';
import { FetchError } from '../failure.ts';

/** What the reader of an archive threw: our refusal as it is, anything else as a broken archive. */
export function toArchiveFault(kind: string, errors: readonly unknown[]): unknown {
  const [first] = errors;
  const refusal = errors.find((error) => error instanceof FetchError);
  if (refusal !== undefined || !isNativeError(first) || isFromDisk(first)) return refusal ?? first;
  return new FetchError('ArchiveInvalid', `${kind}: ${first.message}; pack it again`, { cause: first });
}

const isFromDisk = (error: Error): boolean => 'syscall' in error;

/** A hard link, a device, a pipe: nothing that source code is made of. */
export const forbiddenEntry = (path: string, kind: string): FetchError =>
  new FetchError(
    'UnsafeContent',
    `${JSON.stringify(path.slice(0, 120))}: got a ${kind}, allowed files and links; take it out`,
  );
