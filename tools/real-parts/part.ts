/** One program of a Go module under `modules/`. Each module has its own versions: one graph for all would mix them. */
export interface GoProgram {
  readonly binary: string;
  readonly module: string;
  readonly package: string;
  /** Linker flags beside `-s -w`; default none. */
  readonly ldflags?: readonly string[];
}

/** Files of one folder of a published Go module. */
export interface GoModuleFiles {
  readonly module: string;
  readonly version: string;
  readonly folder: string;
  /** Names of the files to take; default every `.yaml` file of the folder. */
  readonly names?: readonly string[];
}

interface PartBase {
  readonly name: string;
  /** Test tiers that cannot run without the part. */
  readonly tiers: readonly (
    | 'fetch'
    | 'rules'
    | 'cluster'
    | 'faults'
    | 'engine'
    | 'load'
    | 'broker'
    | 'browser'
    | 'image'
  )[];
  readonly purpose: string;
  /** Free disk space that making the part takes, Go's caches included. */
  readonly diskGiB: number;
}

export interface GoProgramsPart extends PartBase {
  readonly kind: 'go-programs';
  readonly programs: readonly GoProgram[];
}

export interface GoModuleFilesPart extends PartBase {
  readonly kind: 'go-module-files';
  /** Folder under `modules/` whose go.sum holds the checksums. */
  readonly module: string;
  /** Only YAML documents of this kind, or of one of these kinds, are kept. */
  readonly keepKind: string | readonly string[];
  readonly sources: readonly GoModuleFiles[];
}

/** Packages of the distribution at the version that it has: it keeps no older ones that could be pinned. */
export interface DebianPackagesPart extends PartBase {
  readonly kind: 'debian-packages';
  readonly packages: readonly string[];
  /** Scripts that set ROOTDIR to the folder that they were packaged for. */
  readonly scripts: readonly { readonly path: string; readonly root: string }[];
}

/** Python packages with all that they need, in an environment of their own. */
export interface PythonPackagesPart extends PartBase {
  readonly kind: 'python-packages';
  /** Folder under `modules/` whose requirements.txt pins every package by version and hash. */
  readonly module: string;
}

/** Packages of npm with all that they need; those for another platform are left out. */
export interface NpmPackagesPart extends PartBase {
  readonly kind: 'npm-packages';
  /** Folder under `modules/` whose package-lock.json pins every package by version and hash. */
  readonly module: string;
  /** Files of the packages that brotli made smaller: a program, or a `.tar.br` with a folder of files; default none. */
  readonly compressed?: readonly { readonly path: string; readonly to: string }[];
}

export type Part = GoProgramsPart | GoModuleFilesPart | DebianPackagesPart | PythonPackagesPart | NpmPackagesPart;
