import type { ImageContext, LanguageRuntime } from '../language-runtime.ts';
import { ownUser } from '../instructions.ts';

const defaultHandler = 'main.Handler';

/** Program of the wrapper that joins a function to it; it is run where the wrapper is. */
const build = 'RUN go -C /runtime run ./build -source /app';

/** What the author's code depends on gets a layer of its own, where it does not come with the code. */
function dependencies({ files }: ImageContext): readonly string[] {
  if (!files.has('go.mod') || files.has('vendor')) return [];
  const manifests = ['go.mod', 'go.sum'].filter((name) => files.has(name)).map((name) => `app/${name}`);
  return [`COPY ${manifests.join(' ')} /app/`, `${build} -download`];
}

export const go = {
  language: 'go',
  versions: ['1.22', '1.23', '1.24', '1.25', '1.26'],
  defaultVersion: '1.25',
  defaultHandler,
  sourceFile: 'main.go',
  dependencyFile: 'go.mod',
  baseImages: (version) => ({
    build: { repository: 'docker.io/library/golang', tag: `${version}-bookworm`, digest: null },
    run: { repository: 'gcr.io/distroless/static-debian12', tag: 'nonroot', digest: null },
  }),
  render: (context) => [
    `FROM ${context.bases.build} AS build`,
    // the version of the image is the version that was asked for
    'ENV CGO_ENABLED=0 GOTOOLCHAIN=local',
    'COPY runtime/ /runtime/',
    ...dependencies(context),
    'COPY app/ /app/',
    `${build} -handler ${context.handler ?? defaultHandler} -output /function`,
    `FROM ${context.bases.run}`,
    'COPY --from=build /function /function',
    ...ownUser,
    'ENTRYPOINT ["/function"]',
  ],
} as const satisfies LanguageRuntime;
