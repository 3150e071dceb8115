import { type DeployFacts as FunctionDeployFacts, deployFinding as serviceFinding } from '../function/deploy-state.ts';
import { finding, type Finding } from './finding.ts';

/** What is known of the service that runs an agent. */
export type DeployFacts =
  /** Validation found what only a person can change. */
  | { readonly kind: 'notAccepted' }
  | { readonly kind: 'waitsForBroker'; readonly broker: string }
  | { readonly kind: 'accountRefused'; readonly account: string; readonly cause: string }
  | Extract<FunctionDeployFacts, { kind: 'notInstalled' | 'leftover' | 'taken' | 'refused' | 'service' }>;

export function deployFinding(facts: DeployFacts, agentName: string): Finding<'DeployReady'> {
  switch (facts.kind) {
    case 'notAccepted':
      return finding('DeployReady', 'SpecNotAccepted', {});
    case 'waitsForBroker':
      return finding('DeployReady', 'BrokerAddressPending', facts);
    case 'accountRefused':
      return finding('DeployReady', 'AccountRefused', facts);
    case 'notInstalled':
    case 'leftover':
    case 'taken':
    case 'refused':
    case 'service':
      return serviceFinding(facts, agentName);
  }
}
