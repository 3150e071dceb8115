/** What a builder's container needs from the node; the one exception to the hardened pod. */
export interface BuilderProfile {
  readonly runAsUser: number;
  readonly addedCapabilities: readonly string[];
  readonly seccompProfile: 'RuntimeDefault';
  /** Least strict Pod Security level that admits the pod. */
  readonly podSecurityLevel: 'baseline' | 'restricted';
  readonly hostUsers: boolean;
}

/** Capabilities that unpacking a base image and running its build steps as root needs; all are allowed by `baseline`. */
const unpackAsRoot = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'MKNOD',
  'SYS_CHROOT',
];

export const builderProfiles = {
  kaniko: {
    runAsUser: 0,
    addedCapabilities: unpackAsRoot,
    seccompProfile: 'RuntimeDefault',
    podSecurityLevel: 'baseline',
    hostUsers: true,
  },
  buildah: {
    runAsUser: 0,
    addedCapabilities: unpackAsRoot,
    seccompProfile: 'RuntimeDefault',
    podSecurityLevel: 'baseline',
    hostUsers: false,
  },
} as const satisfies Record<string, BuilderProfile>;
