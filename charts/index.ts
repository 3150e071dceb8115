/** What other folders may use of the charts: the objects of an environment, of a cluster, and of all of them. */
export { type Manifest, parseManifest } from './proof/manifest.ts';
export { requiredSecrets } from './required-secrets.ts';
export { readSealedSecrets, sealedFolder } from './sealed-secrets.ts';
export { uploadQueueName } from './uploads.ts';
export { synthesizeClusters, synthesizeEnvironment, synthesizeShared } from './synth.ts';
