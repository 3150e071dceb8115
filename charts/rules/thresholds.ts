export type Severity = 'critical' | 'warning' | 'info';

/** Limit of a figure, used by its alert and by the panels that show the figure. */
export interface Threshold {
  readonly value: number;
  readonly unit: 'count' | 'messages' | 'perSecond' | 'ratio' | 'seconds' | 'ready' | 'burnRate';
  /** How long the figure must be beyond the value before somebody is told, as Prometheus writes durations. */
  readonly for: string;
  readonly severity: Severity;
}

/** Every limit that an alert or a panel compares with; ratios are 0 to 1. */
export const thresholds = {
  // objectives: what users are promised, and what the burn rate is measured against
  functionErrorObjective: { value: 0.01, unit: 'ratio', for: '5m', severity: 'warning' },
  receiverErrorObjective: { value: 0.001, unit: 'ratio', for: '5m', severity: 'warning' },
  fastBurn: { value: 14.4, unit: 'burnRate', for: '2m', severity: 'critical' },
  slowBurn: { value: 6, unit: 'burnRate', for: '15m', severity: 'warning' },

  // operator
  operatorNotReady: { value: 0, unit: 'ready', for: '5m', severity: 'warning' },
  operatorDown: { value: 0, unit: 'ready', for: '2m', severity: 'critical' },
  operatorErrorRatio: { value: 0.01, unit: 'ratio', for: '5m', severity: 'warning' },
  operatorErrors: { value: 5, unit: 'count', for: '5m', severity: 'warning' },
  reconcileP95: { value: 1, unit: 'seconds', for: '5m', severity: 'warning' },
  reconcileP99: { value: 5, unit: 'seconds', for: '5m', severity: 'warning' },
  reconcileSuccessRatio: { value: 0.99, unit: 'ratio', for: '5m', severity: 'warning' },
  workqueueDepth: { value: 10, unit: 'count', for: '5m', severity: 'warning' },
  leaders: { value: 1, unit: 'count', for: '1m', severity: 'critical' },
  watchSilence: { value: 180, unit: 'seconds', for: '1m', severity: 'warning' },
  lifecycleEventsFailed: { value: 0.05, unit: 'ratio', for: '10m', severity: 'warning' },

  // builds
  buildsFailed: { value: 3, unit: 'count', for: '1m', severity: 'warning' },
  buildSuccessRatio: { value: 0.98, unit: 'ratio', for: '15m', severity: 'warning' },
  buildFailureRatio: { value: 0.05, unit: 'ratio', for: '5m', severity: 'warning' },
  buildFailureRatioPage: { value: 0.1, unit: 'ratio', for: '5m', severity: 'critical' },
  /** Builds in the window without which a ratio of them says nothing. */
  buildsForRatio: { value: 5, unit: 'count', for: '0s', severity: 'info' },
  buildP95: { value: 90, unit: 'seconds', for: '5m', severity: 'warning' },
  buildP95Page: { value: 120, unit: 'seconds', for: '5m', severity: 'critical' },
  buildJobs: { value: 50, unit: 'count', for: '10m', severity: 'warning' },
  buildJobsUsed: { value: 0.7, unit: 'ratio', for: '10m', severity: 'warning' },

  // functions
  functionsNotReady: { value: 0.1, unit: 'ratio', for: '10m', severity: 'warning' },
  functionP95: { value: 1, unit: 'seconds', for: '5m', severity: 'warning' },
  coldStartRatio: { value: 0.05, unit: 'ratio', for: '10m', severity: 'warning' },
  coldStartP95: { value: 5, unit: 'seconds', for: '10m', severity: 'warning' },
  coldStartScaleUp: { value: 10, unit: 'seconds', for: '15m', severity: 'warning' },
  scaleUpTime: { value: 30, unit: 'seconds', for: '30s', severity: 'warning' },
  scaleToZeroTime: { value: 300, unit: 'seconds', for: '5m', severity: 'info' },

  // the CloudEvents API
  builderDown: { value: 0, unit: 'ready', for: '2m', severity: 'critical' },
  receiverErrorRatio: { value: 0.05, unit: 'ratio', for: '5m', severity: 'warning' },
  receiverP99: { value: 1, unit: 'seconds', for: '5m', severity: 'warning' },
  validationFailureRatio: { value: 0.1, unit: 'ratio', for: '5m', severity: 'warning' },
  /** 1000 events a minute. */
  eventRate: { value: 1000 / 60, unit: 'perSecond', for: '5m', severity: 'info' },

  // queues and dead letters
  queueBacklog: { value: 100, unit: 'messages', for: '10m', severity: 'warning' },
  queueScaleUp: { value: 1000, unit: 'messages', for: '5m', severity: 'critical' },
  /** For panels; the alert compares with the environment's own rabbitmq.limits.queueLength. */
  queueMaxLength: { value: 10_000, unit: 'messages', for: '5m', severity: 'warning' },
  deadLetters: { value: 100, unit: 'messages', for: '5m', severity: 'critical' },
  deadLetterRate: { value: 1, unit: 'perSecond', for: '5m', severity: 'warning' },
  deadLetterAge: { value: 86_400, unit: 'seconds', for: '15m', severity: 'warning' },
  brokerAlarm: { value: 0, unit: 'ready', for: '1m', severity: 'critical' },

  // agents
  modelUnavailable: { value: 0, unit: 'ready', for: '5m', severity: 'warning' },
  overdueActions: { value: 0, unit: 'count', for: '15m', severity: 'warning' },
  agentBudget: { value: 1, unit: 'ratio', for: '1m', severity: 'warning' },

  // what the environment stands on
  canaryFailed: { value: 2, unit: 'count', for: '1m', severity: 'critical' },
  canaryStuck: { value: 0, unit: 'count', for: '30m', severity: 'warning' },
  certificateExpiry: { value: 14 * 86_400, unit: 'seconds', for: '1h', severity: 'warning' },
  certificateExpiryPage: { value: 3 * 86_400, unit: 'seconds', for: '15m', severity: 'critical' },
  targetAbsent: { value: 0, unit: 'ready', for: '10m', severity: 'critical' },
  targetDown: { value: 0, unit: 'ready', for: '5m', severity: 'warning' },
  fluxComponentAbsent: { value: 0, unit: 'ready', for: '10m', severity: 'critical' },
  fluxFailure: { value: 0, unit: 'ready', for: '10m', severity: 'warning' },
  fluxSuspended: { value: 0, unit: 'ready', for: '5m', severity: 'info' },
} as const satisfies Readonly<Record<string, Threshold>>;
