import { accessPart } from './access.ts';
import { eventingPart } from './eventing.ts';
import { functionsIngressPart } from './functions-ingress.ts';
import { loadTestsPart } from './load-tests.ts';
import { namespacePart } from './namespace.ts';
import { networkPart } from './network.ts';
import { observabilityPart } from './observability.ts';
import { operatorPart } from './operator.ts';
import type { Part } from './part.ts';
import { receiverPart } from './receiver.ts';
import { rolloutPart } from './rollout.ts';
import { samplesPart } from './samples.ts';
import { secretsPart } from './secrets.ts';
import { uploadsPart } from './uploads.ts';

/** The parts of every environment, in the order in which a cluster needs them. The quota comes after all of them. */
export const parts: readonly Part[] = [
  namespacePart,
  networkPart,
  accessPart,
  secretsPart,
  operatorPart,
  receiverPart,
  eventingPart,
  uploadsPart,
  functionsIngressPart,
  rolloutPart,
  samplesPart,
  observabilityPart,
  loadTestsPart,
];
