import { dev } from './dev.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { Environment } from './environment.ts';
import { parseEnvironments } from './parse.ts';
import { prd } from './prd.ts';
import { pro1Node } from './pro-1-node.ts';
import { pro } from './pro.ts';
import { staging } from './staging.ts';
import { studio1Node } from './studio-1-node.ts';
import { studio } from './studio.ts';

export { ConfigurationError } from './configuration-error.ts';
export { type Environment, environmentSchema } from './environment.ts';
export { parseEnvironments } from './parse.ts';
export { type Price, readPrices } from './prices.ts';
export { projectRoot } from './project.ts';
export { type Releases, isMutableTag, readReleases } from './releases.ts';
export { type Resources, toBytes, toMillicores } from './schema/quantity.ts';
export type { QuotaFigures } from './schema/workloads.ts';
export { type Setting, settingsOf } from './settings.ts';

/** All environments, in the order in which people read them. */
export function readEnvironments(): readonly Environment[] {
  return parseEnvironments([dev, staging, prd, pro, pro1Node, studio, studio1Node]);
}

/** @throws ConfigurationError naming the known environments */
export function findEnvironment(environments: readonly Environment[], name: string): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found === undefined) {
    const known = environments.map((environment) => environment.name).join(', ');
    throw new ConfigurationError([`environment: got ${JSON.stringify(name)}, allowed ${known}; name one of them`]);
  }
  return found;
}
