import { officialImages } from '../base-image.ts';
import { handlerVariable, ownUser } from '../instructions.ts';
import type { ImageContext, LanguageRuntime } from '../language-runtime.ts';

const install = 'pip install --no-cache-dir --no-compile --disable-pip-version-check --root-user-action=ignore';
/**
 * Bytecode that is the same for the same source, and that is taken without a look at dates. What does not compile is
 * said and left: packages bring such files as data.
 */
const compile = (folders: string): string =>
  `RUN python -m compileall -q --invalidation-mode unchecked-hash ${folders} || true`;

function authorDependencies({ files }: ImageContext): readonly string[] {
  if (files.has('requirements.txt')) {
    return ['COPY app/requirements.txt /app/', `RUN ${install} --target /packages/app -r /app/requirements.txt`];
  }
  return files.has('pyproject.toml') ? ['COPY app/ /app/', `RUN ${install} --target /packages/app /app`] : [];
}

export const python = {
  language: 'python',
  versions: ['3.10', '3.11', '3.12', '3.13', '3.14'],
  defaultVersion: '3.12',
  defaultHandler: 'main.handler',
  sourceFile: 'main.py',
  dependencyFile: 'requirements.txt',
  baseImages: (version) => officialImages('docker.io/library/python', version),
  render: (context) => [
    // compilers stay in this stage
    `FROM ${context.bases.build} AS dependencies`,
    'RUN mkdir -p /packages/app /packages/runtime',
    'COPY runtime/requirements.txt /runtime/',
    `RUN ${install} --require-hashes --target /packages/runtime -r /runtime/requirements.txt`,
    ...authorDependencies(context),
    compile('/packages'),
    `FROM ${context.bases.run}`,
    'ENV PYTHONDONTWRITEBYTECODE=1 FUNCTION_SOURCE=/app PYTHONPATH=/packages/app RUNTIME_PACKAGES=/packages/runtime',
    'COPY runtime/ /runtime/',
    'COPY --from=dependencies /packages/ /packages/',
    'COPY app/ /app/',
    compile('/runtime /app'),
    ...handlerVariable(context),
    ...ownUser,
    'ENTRYPOINT ["python", "/runtime/main.py"]',
  ],
} as const satisfies LanguageRuntime;
