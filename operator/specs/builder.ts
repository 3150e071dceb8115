import type { Container, EnvVar, VolumeMount } from 'kubernetes-types/core/v1.d.ts';
import type { builderProfiles, BuilderProfile } from '../api/index.ts';

export type BuilderName = keyof typeof builderProfiles;

/** Volume that the fetch step fills. */
export const workspaceFolder = '/workspace';
/** Folder with the Dockerfile and all that it copies. */
export const contextFolder = `${workspaceFolder}/context`;
/** Folder through which the build step hands the image to the push step. */
export const imageFolder = '/image';
/** Folder with the `config.json` of the registry; in the push step only. */
export const registryCredentialsFolder = '/var/run/secrets/registry';

/** What a builder is asked for. */
export interface BuildRequest {
  /** `host/repository:tag`, as the builder reaches it. */
  readonly destination: string;
  /** Hosts that are spoken to without TLS, or without checking it. */
  readonly insecureHosts: readonly string[];
  /** Repository of layers; undefined builds every layer anew. */
  readonly cacheRepository: string | undefined;
  /** Whether a file with credentials is mounted in the push step. */
  readonly hasCredentials: boolean;
}

/** What a builder adds to one container of the pod. */
export interface BuildStep {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly EnvVar[];
  readonly mounts: readonly VolumeMount[];
}

/**
 * A program that turns a context into an image. It builds without credentials, because a build runs what an author
 * wrote, and pushes in a container of its own.
 */
export interface Builder {
  readonly name: BuilderName;
  readonly profile: BuilderProfile;
  /** Step whose termination message is the digest of the image. */
  readonly digestStep: StepName;
  build(request: BuildRequest): BuildStep;
  push(request: BuildRequest): BuildStep;
}

/** Containers of a build pod, in their order. */
export const stepNames = ['fetch', 'build', 'push'] as const;
export type StepName = (typeof stepNames)[number];

export const terminationMessagePath: NonNullable<Container['terminationMessagePath']> = '/dev/termination-log';
