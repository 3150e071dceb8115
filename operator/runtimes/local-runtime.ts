/** A program with its arguments; variables are added to those of the caller. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Folder to run in; default that of the caller. */
  readonly folder?: string;
}

export interface LocalPaths {
  /** The author's code. */
  readonly source: string;
  /** Folder that all functions of the language share: what `install` makes is kept there. */
  readonly cache: string;
  /** Folder of this function, empty at first: what `build` makes is kept there. */
  readonly work: string;
  /** As in the contract; undefined: the default of the language. */
  readonly handler: string | undefined;
}

/** How the wrapper of a language runs as a process of this machine, from this checkout. */
export interface LocalRuntime {
  /** The wrapper's own files. */
  readonly folder: string;
  /** File or folder whose content decides what `install` makes. */
  readonly installs: string;
  /** Program that must be on PATH, its argument that prints its version, and what to install where it is not. */
  readonly interpreter: { readonly program: string; readonly version: string; readonly hint: string };
  /** When the handler is found: a language that is compiled refuses a missing one in `build`. */
  readonly resolvesHandler: 'build' | 'start';
  /** Commands that make what every function of the language needs; none where it needs nothing. */
  install(paths: LocalPaths): readonly Command[];
  /** Commands that make one function ready. */
  build(paths: LocalPaths): readonly Command[];
  /** The wrapper itself; the environment of the contract comes from who starts it. */
  start(paths: LocalPaths): Command;
}
