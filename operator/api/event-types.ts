const prefix = 'io.knative.lambda';

/** Audience that tokens for the CloudEvents API must be made for. */
export const receiverAudience = 'knative-lambda-receiver';

/** Code came or went; the data is the notification of EventBridge, S3 or MinIO. */
export const uploadEventType = `${prefix}.notification.code.changed`;

/** Keys of `spec.eventing.eventTypes` with the CloudEvents type each one stands for; the last five are aliases of old names. */
export const eventTypes = {
  commandBuildStart: `${prefix}.command.build.start`,
  commandBuildCancel: `${prefix}.command.build.cancel`,
  commandBuildRetry: `${prefix}.command.build.retry`,
  commandServiceCreate: `${prefix}.command.service.create`,
  commandServiceDelete: `${prefix}.command.service.delete`,
  lifecycleBuildStarted: `${prefix}.lifecycle.build.started`,
  lifecycleBuildCompleted: `${prefix}.lifecycle.build.completed`,
  lifecycleBuildFailed: `${prefix}.lifecycle.build.failed`,
  lifecycleBuildTimeout: `${prefix}.lifecycle.build.timeout`,
  lifecycleBuildCancelled: `${prefix}.lifecycle.build.cancelled`,
  invokeSync: `${prefix}.invoke.sync`,
  invokeAsync: `${prefix}.invoke.async`,
  invokeScheduled: `${prefix}.invoke.scheduled`,
  responseSuccess: `${prefix}.response.success`,
  responseError: `${prefix}.response.error`,
  responseTimeout: `${prefix}.response.timeout`,
  buildStart: `${prefix}.command.build.start`,
  buildComplete: `${prefix}.lifecycle.build.completed`,
  buildFailed: `${prefix}.lifecycle.build.failed`,
  buildTimeout: `${prefix}.lifecycle.build.timeout`,
  serviceDelete: `${prefix}.command.service.delete`,
} as const;

/** CloudEvents types of what the receiver tells of alerts, of commands, and of dead letters. */
export const notificationTypes = {
  criticalAlert: `${prefix}.notification.alert.critical`,
  warningAlert: `${prefix}.notification.alert.warning`,
  infoAlert: `${prefix}.notification.alert.info`,
  auditAccess: `${prefix}.notification.audit.access`,
  auditChange: `${prefix}.notification.audit.change`,
  replayedLetters: `${prefix}.notification.dlq.replayed`,
  purgedLetters: `${prefix}.notification.dlq.purged`,
} as const;

/** CloudEvents types of what the operator tells of functions, agents and their services; those of builds are named in {@link eventTypes}. */
export const lifecycleTypes = {
  createdFunction: `${prefix}.lifecycle.function.created`,
  updatedFunction: `${prefix}.lifecycle.function.updated`,
  readyFunction: `${prefix}.lifecycle.function.ready`,
  degradedFunction: `${prefix}.lifecycle.function.degraded`,
  deletedFunction: `${prefix}.lifecycle.function.deleted`,
  createdService: `${prefix}.lifecycle.service.created`,
  updatedService: `${prefix}.lifecycle.service.updated`,
  readyService: `${prefix}.lifecycle.service.ready`,
  deletedService: `${prefix}.lifecycle.service.deleted`,
  createdAgent: `${prefix}.lifecycle.agent.created`,
  updatedAgent: `${prefix}.lifecycle.agent.updated`,
  readyAgent: `${prefix}.lifecycle.agent.ready`,
  degradedAgent: `${prefix}.lifecycle.agent.degraded`,
  deletedAgent: `${prefix}.lifecycle.agent.deleted`,
} as const;
