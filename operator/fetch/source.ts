import type { Runtime } from './plan.ts';
import type { SourceTree } from './source-tree.ts';
import type { Version } from './version.ts';

export interface ReadRequest {
  /** Where the files go. */
  readonly tree: SourceTree;
  /** For what comes over the network before it is unpacked; exists, is empty. */
  readonly scratch: string;
  readonly expected: Version | undefined;
  readonly runtime: Runtime;
}

/** Where code comes from. */
export interface Source {
  /** What it is now. */
  resolve(this: void): Promise<Version>;
  /** Puts its files into the tree; fails when it is not what was expected. Answers what it is. */
  read(this: void, request: ReadRequest): Promise<Version>;
}
