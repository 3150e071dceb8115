import { buildah } from './buildah.ts';
import type { Builder, BuilderName } from './builder.ts';
import { kaniko } from './kaniko.ts';

export const builders = { kaniko, buildah } as const satisfies Record<BuilderName, Builder>;
