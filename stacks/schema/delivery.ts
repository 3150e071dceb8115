import { z } from 'zod';
import { dnsLabel } from './names.ts';

const branchName = z.string().min(1).max(128);

const notificationsSchema = z.strictObject({
  provider: z.enum(['slack', 'msteams', 'discord', 'googlechat', 'rocket']).describe('chat system that Flux posts to'),
  channel: z.string().min(1).max(80).describe('channel that deployments are posted to'),
  addressSecret: dnsLabel.describe(
    'Secret in flux-system with the key address: the incoming webhook of the chat system',
  ),
  commitStatusSecret: dnsLabel
    .optional()
    .describe(
      'Secret in flux-system with the key token: may set commit statuses on GitHub; absent means that Flux sets none',
    ),
});

const imageAutomationSchema = z.strictObject({
  repository: z
    .string()
    .regex(/^(https|ssh):\/\/[^\s@]+(@[^\s]+)?$/, 'an https or ssh address of a Git repository')
    .describe('Git repository of this project: Flux edits stacks/releases.yaml there'),
  source: dnsLabel.describe('name of the Flux GitRepository of this project'),
  credentialsSecret: dnsLabel.describe('Secret in flux-system that may push to the repository'),
  base: branchName.describe('Git branch that an update starts from'),
  branch: branchName.describe('Git branch that updates are pushed to; a workflow synthesizes there'),
  tags: z
    .string()
    .regex(
      /\(\?P<order>[^)]+\)/,
      'a pattern with a group named order, for example ^dev-[0-9a-f]{7,40}-(?P<order>[0-9]+)$',
    )
    .describe('pattern of the image tags that are followed; the greatest number in the group order is the newest'),
  author: z
    .strictObject({
      name: z.string().min(1).max(80).describe('name on the commits'),
      email: z
        .string()
        .regex(/^[^@\s]+@[^@\s]+$/, 'an address of electronic mail')
        .describe('address on the commits'),
    })
    .describe('author of the commits'),
});

const fluxSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('installed').describe('Flux is in the cluster already, for example by flux bootstrap'),
  }),
  z.strictObject({
    kind: z.literal('release').describe('pulumi up installs Flux from the file that a release of it publishes'),
    manifest: z
      .string()
      .regex(/^https?:\/\/[^\s@]+\.yaml$/, 'the address of a YAML file')
      .describe(
        'address of the file, for example https://github.com/fluxcd/flux2/releases/download/VERSION/install.yaml',
      ),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits')
      .describe('sum of the file, so that no other one is ever applied'),
  }),
]);

export const deliverySchema = z.strictObject({
  mode: z
    .enum(['gitops', 'direct'])
    .describe('gitops: Flux applies manifests/; direct: pulumi up applies the same objects'),
  flux: fluxSchema.describe('who brings Flux to the cluster; of no account with mode direct'),
  kustomization: dnsLabel.describe('name of the Flux Kustomization'),
  repository: z
    .string()
    .regex(
      /^((https|ssh):\/\/[^\s@]+(@[^\s]+)?|oci:\/\/[^\s@:]+(:[0-9]+)?(\/[^\s@:]+)+)$/,
      'an https or ssh address of a Git repository, or oci:// and a repository of artifacts without tag',
    )
    .describe('Git repository, or OCI repository of artifacts (oci://), that Flux reads'),
  source: dnsLabel.describe('name of the Flux source; environments on one cluster share it'),
  credentialsSecret: dnsLabel
    .optional()
    .describe('Secret in flux-system that Flux reads the repository with; absent for a public one'),
  path: z
    .string()
    .regex(/^\.(\/[A-Za-z0-9._-]+)+$/, 'a folder in the repository, for example ./manifests')
    .describe('folder of the repository that holds the output of a synth'),
  dependsOn: z
    .array(dnsLabel)
    .describe('Flux Kustomizations of the platform that must be ready before the environment'),
  branch: branchName.describe('Git branch, or tag of the OCI artifact, that is delivered'),
  promotion: z
    .enum(['none', 'automatic', 'approval', 'merge'])
    .describe(
      'how a release moves on from here: not at all, by commit, by a reviewed pull request, or by merge to the main branch',
    ),
  webhookSecret: dnsLabel
    .optional()
    .describe(
      'Secret in flux-system with the key token: signs what GitHub sends about a push; absent means that Flux only looks every five minutes',
    ),
  notifications: notificationsSchema.optional().describe('where deployments are told; absent means nowhere'),
  decryptionSecret: dnsLabel
    .optional()
    .describe('Secret in flux-system with an age key: Flux decrypts what SOPS encrypted; absent where nothing is'),
  imageAutomation: imageAutomationSchema
    .optional()
    .describe('follows the images that CI pushes; absent where a release is a decision of people'),
});
