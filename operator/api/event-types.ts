const prefix = 'io.knative.lambda';

/** An object of the code bucket came or went; the data is the notification of EventBridge. */
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
