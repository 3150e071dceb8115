import { officialImages } from '../base-image.ts';
import { handlerVariable, ownUser } from '../instructions.ts';
import type { ImageContext, LanguageRuntime } from '../language-runtime.ts';

const quiet = '--omit=dev --no-audit --no-fund --no-update-notifier';

/** A lock file decides; without one npm takes what package.json allows today. */
function installCommand(lock: string | undefined): string {
  return lock === undefined ? `npm install --no-package-lock ${quiet}` : `npm ci ${quiet}`;
}

function dependencies({ files, bases }: ImageContext): readonly string[] {
  const lock = ['npm-shrinkwrap.json', 'package-lock.json'].find((name) => files.has(name));
  const manifests = ['package.json', lock, files.has('.npmrc') ? '.npmrc' : undefined].filter(
    (name) => name !== undefined,
  );
  return [
    `FROM ${bases.build} AS dependencies`,
    'WORKDIR /app',
    `COPY ${manifests.map((name) => `app/${name}`).join(' ')} ./`,
    // a package without dependencies leaves no folder to copy
    `RUN ${installCommand(lock)} && mkdir -p node_modules`,
  ];
}

export const nodejs = {
  language: 'nodejs',
  versions: ['20', '21', '22', '23', '24'],
  defaultVersion: '22',
  defaultHandler: 'index.handler',
  sourceFile: 'index.js',
  dependencyFile: 'package.json',
  baseImages: (version) => officialImages('docker.io/library/node', version, `${version}-bookworm-slim`),
  render: (context) => {
    const hasDependencies = context.files.has('package.json');
    return [
      ...(hasDependencies ? dependencies(context) : []),
      `FROM ${context.bases.run}`,
      'ENV NODE_ENV=production FUNCTION_SOURCE=/app',
      'COPY runtime/ /runtime/',
      ...(hasDependencies ? ['COPY --from=dependencies /app/node_modules/ /app/node_modules/'] : []),
      'COPY app/ /app/',
      ...handlerVariable(context),
      ...ownUser,
      'ENTRYPOINT ["node", "/runtime/main.js"]',
    ];
  },
} as const satisfies LanguageRuntime;
