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

/** Storage that both steps share; the plain driver, because overlay needs a device that the pod has not. */
const storage = ['--storage-driver=vfs', `--root=${imageFolder}/storage`, `--runroot=${imageFolder}/run`];
const localName = 'localhost/function:latest';

const isInsecure = ({ destination, insecureHosts }: BuildRequest): boolean =>
  insecureHosts.includes(destination.split('/')[0] ?? '');

const cacheFlags = ({ cacheRepository }: BuildRequest): readonly string[] =>
  cacheRepository === undefined ? [] : ['--layers', `--cache-from=${cacheRepository}`, `--cache-to=${cacheRepository}`];

export const buildah: Builder = {
  name: 'buildah',
  profile: builderProfiles.buildah,
  digestStep: 'push',
  build: (request) => ({
    command: ['buildah'],
    args: [
      ...storage,
      'build',
      '--isolation=chroot',
      // the same context has the same digest, whenever it is built
      '--timestamp=0',
      `--tag=${localName}`,
      `--tls-verify=${!isInsecure(request)}`,
      ...cacheFlags(request),
      contextFolder,
    ],
    env: [],
    mounts: [
      { name: 'workspace', mountPath: workspaceFolder },
      { name: 'image', mountPath: imageFolder },
    ],
  }),
  push: (request) => ({
    command: ['buildah'],
    args: [
      ...storage,
      'push',
      `--digestfile=${terminationMessagePath}`,
      `--tls-verify=${!isInsecure(request)}`,
      localName,
      `docker://${request.destination}`,
    ],
    env: request.hasCredentials
      ? [{ name: 'REGISTRY_AUTH_FILE', value: `${registryCredentialsFolder}/config.json` }]
      : [],
    mounts: [{ name: 'image', mountPath: imageFolder }],
  }),
};
