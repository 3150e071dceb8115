import type { ImageContext } from './language-runtime.ts';

/** The last instructions of every image: nobody owns its files, and its user is not root. */
export const ownUser = ['USER 65532:65532', 'EXPOSE 8080'] as const;

/** A wrapper that looks its handler up reads it from here. */
export const handlerVariable = ({ handler }: ImageContext): readonly string[] =>
  handler === null ? [] : [`ENV HANDLER=${handler}`];
