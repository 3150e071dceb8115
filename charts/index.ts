/** What other folders may use of the charts: the objects of an environment, of a cluster, and of all of them, and what they amount to. */
export { type Manifest, parseManifest } from './proof/manifest.ts';
export { measureNamespace, totalOf, type Total } from './proof/measure.ts';
export { type Connection, type End, isOpen, type PodEnd, readPolicies } from './proof/network-policy.ts';
export { podTemplates } from './proof/pod-template.ts';
export { requiredSecrets } from './required-secrets.ts';
export { readSealedSecrets, sealedFolder } from './sealed-secrets.ts';
export { uploadQueueName } from './uploads.ts';
export { synthesizeClusters, synthesizeEnvironment, synthesizeShared } from './synth.ts';
