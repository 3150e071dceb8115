import { builderProfiles } from '../api/index.ts';
import {
  type Builder,
  type BuildRequest,
  contextFolder,
  imageFolder,
  registryCredentialsFolder,
  terminationMessagePath,
  workspaceFolder,
} from './builder.ts';

const executor = '/kaniko/executor';
const layout = `${imageFolder}/oci`;

const insecureFlags = ({ insecureHosts }: BuildRequest): readonly string[] =>
  insecureHosts.flatMap((host) => [`--insecure-registry=${host}`, `--skip-tls-verify-registry=${host}`]);

const cacheFlags = ({ cacheRepository }: BuildRequest): readonly string[] =>
  cacheRepository === undefined ? ['--cache=false'] : ['--cache=true', `--cache-repo=${cacheRepository}`];

/** The maintained fork, osscontainertools/kaniko; `executor push` came with v1.27.6. */
export const kaniko: Builder = {
  name: 'kaniko',
  profile: builderProfiles.kaniko,
  digestStep: 'build',
  build: (request) => ({
    command: [executor],
    args: [
      `--context=dir://${contextFolder}`,
      `--destination=${request.destination}`,
      '--no-push',
      `--oci-layout-path=${layout}`,
      `--digest-file=${terminationMessagePath}`,
      // the permission it would check is that of the push step
      '--skip-push-permission-check',
      '--log-timestamp',
      ...cacheFlags(request),
      ...insecureFlags(request),
    ],
    env: [],
    mounts: [
      { name: 'workspace', mountPath: workspaceFolder },
      { name: 'image', mountPath: imageFolder },
    ],
  }),
  push: (request) => ({
    command: [executor],
    args: ['push', layout, `--destination=${request.destination}`, '--push-retry=3', ...insecureFlags(request)],
    env: request.hasCredentials ? [{ name: 'DOCKER_CONFIG', value: registryCredentialsFolder }] : [],
    mounts: [{ name: 'image', mountPath: imageFolder, readOnly: true }],
  }),
};
