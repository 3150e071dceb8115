/** An image that others are built from. */
export interface BaseImage {
  readonly repository: string;
  readonly tag: string;
  /** `sha256:…`, or null while nobody has looked it up; then the tag alone names the image. */
  readonly digest: string | null;
}

/** `build` has compilers, `run` is what the function ends up on. */
export interface BaseImages {
  readonly build: BaseImage;
  readonly run: BaseImage;
}

const digestPattern = /^sha256:[0-9a-f]{64}$/;
const namePattern = /^[a-z0-9][a-z0-9._:/-]*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;

/** Fails on what is no reference: it would become instructions of the build. */
export function imageReference({ repository, tag, digest }: BaseImage): string {
  check('repository', repository, namePattern);
  check('tag', tag, tagPattern);
  if (digest === null) return `${repository}:${tag}`;
  check('digest', digest, digestPattern);
  return `${repository}:${tag}@${digest}`;
}

function check(what: string, value: string, pattern: RegExp): void {
  if (!pattern.test(value))
    throw new Error(`base image ${what}: got ${JSON.stringify(value)}, allowed ${pattern.source}`);
}

const debian = 'bookworm';

/** The official image of a language: all of Debian to build on, little of it to run on. */
export function officialImages(repository: string, version: string, runTag = `${version}-slim-${debian}`): BaseImages {
  return {
    build: { repository, tag: `${version}-${debian}`, digest: null },
    run: { repository, tag: runTag, digest: null },
  };
}
