import type { BaseImages } from './base-image.ts';

/** What an image is rendered from. In the build context the wrapper is in `runtime/`, the author's code in `app/`. */
export interface ImageContext {
  readonly version: string;
  /** Names of the files and folders in the root of the author's code; those that say what it depends on get a layer of their own. */
  readonly files: ReadonlySet<string>;
  /** As in the contract; null: the default of the language. */
  readonly handler: string | null;
  /** References of the base images. */
  readonly bases: { readonly build: string; readonly run: string };
}

/** One language: a folder with its wrapper, and this row. */
export interface LanguageRuntime {
  readonly language: string;
  /** Versions of the language that have a base image, oldest first. */
  readonly versions: readonly string[];
  readonly defaultVersion: string;
  /** HANDLER where a function names none. */
  readonly defaultHandler: string;
  /** Where inline code goes. */
  readonly sourceFile: string;
  /** Where the dependencies of inline code go. */
  readonly dependencyFile: string;
  baseImages(version: string): BaseImages;
  /** Instructions of the Dockerfile. */
  render(context: ImageContext): readonly string[];
}
