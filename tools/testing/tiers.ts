import {
  locateActionlint,
  locateControlPlane,
  locateForeignCrds,
  locateKnativeConfiguration,
  locateK6,
  locateKubeseal,
  locateKustomizeController,
  locatePrometheus,
  locatePromtool,
  locateRabbitmq,
  locateNotificationController,
  locateSops,
} from '../real-parts/locate.ts';
import {
  actionlintPart,
  controlPlanePart,
  foreignCrdsPart,
  k6Part,
  knativeConfigurationPart,
  kubesealPart,
  kustomizeControllerPart,
  notificationControllerPart,
  prometheusPart,
  promtoolPart,
  rabbitmqPart,
  sopsPart,
} from '../real-parts/parts.ts';
import { UsageError } from './usage.ts';

/** Suites with the same needs: one project of jest.config.js. */
export interface Tier {
  readonly name: string;
  /** Whether its suites run one after the other, because what they need would crowd the machine. */
  readonly runInBand: boolean;
  /** Parts that the tier needs and that are not there. */
  readonly missingParts: () => readonly string[];
}

/** All tiers, quickest first. */
export const tiers: readonly Tier[] = [
  { name: 'unit', runInBand: false, missingParts: () => [] },
  { name: 'golden', runInBand: false, missingParts: () => [] },
  {
    name: 'rules',
    runInBand: false,
    missingParts: () => [
      ...(locatePromtool() === undefined ? [promtoolPart.name] : []),
      ...(locatePrometheus() === undefined ? [prometheusPart.name] : []),
    ],
  },
  { name: 'cluster', runInBand: true, missingParts: missingClusterParts },
  {
    name: 'broker',
    runInBand: true,
    missingParts: () => (locateRabbitmq() === undefined ? [rabbitmqPart.name] : []),
  },
  { name: 'load', runInBand: true, missingParts: missingLoadParts },
];

function missingClusterParts(): readonly string[] {
  return [
    ...(locateControlPlane() === undefined ? [controlPlanePart.name] : []),
    ...(locateForeignCrds() === undefined ? [foreignCrdsPart.name] : []),
    ...(locateKnativeConfiguration() === undefined ? [knativeConfigurationPart.name] : []),
    ...(locateKubeseal() === undefined ? [kubesealPart.name] : []),
    ...(locateKustomizeController() === undefined ? [kustomizeControllerPart.name] : []),
    ...(locateNotificationController() === undefined ? [notificationControllerPart.name] : []),
    ...(locateSops() === undefined ? [sopsPart.name] : []),
    ...(locateActionlint() === undefined ? [actionlintPart.name] : []),
  ];
}

function missingLoadParts(): readonly string[] {
  return [
    ...(locateControlPlane() === undefined ? [controlPlanePart.name] : []),
    ...(locateK6() === undefined ? [k6Part.name] : []),
  ];
}

export interface SkippedTier {
  readonly tier: Tier;
  readonly missingParts: readonly string[];
}

export interface Plan {
  readonly run: readonly Tier[];
  readonly skipped: readonly SkippedTier[];
}

/**
 * Which tiers run, and which lack a part.
 * @throws UsageError naming the known tiers
 */
export function planTiers(known: readonly Tier[], requested: string | undefined): Plan {
  const chosen = known.filter(({ name }) => requested === undefined || name === requested);
  if (chosen.length === 0) {
    throw new UsageError(`tier: got ${requested}, allowed ${known.map(({ name }) => name).join(', ')}`);
  }
  const checked = chosen.map((tier) => ({ tier, missingParts: tier.missingParts() }));
  return {
    run: checked.filter(({ missingParts }) => missingParts.length === 0).map(({ tier }) => tier),
    skipped: checked.filter(({ missingParts }) => missingParts.length > 0),
  };
}
