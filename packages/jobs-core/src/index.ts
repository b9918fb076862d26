/**
 * The API for apps, on any engine. `@cgk-platform/jobs` exports all of it. The classes of errors are in `/errors`, the
 * types of `client.inspect` in `/inspect`.
 *
 * @module jobs-core
 */

// Defining jobs
export type { JobOptions } from './jobs/define-job.ts'
export type { BatchJobOptions } from './jobs/define-batch-job.ts'
export type { CronJobOptions } from './jobs/define-cron-job.ts'
export type { WorkflowOptions } from './jobs/define-workflow.ts'
export type { Concurrency } from './jobs/concurrency.ts'
export type { JobCodec } from './codec/job-codec.ts'
export type { MaxWaiting } from './sends/max-waiting.ts'
export type { Throttle } from './jobs/throttle.ts'
export type { BatchContext, BatchEvent, BatchJobDefinition } from './jobs/batch-job-definition.ts'
export { defineBatchJob } from './jobs/define-batch-job.ts'
export { defineCronJob } from './jobs/define-cron-job.ts'
export { defineJob } from './jobs/define-job.ts'
export type { Definition, JobOutput } from './jobs/definition.ts'
export type { EventMessage } from './jobs/event-message.ts'
export type { CronContext, InTransaction, JobContext } from './jobs/job-context.ts'
export type { HandlerTransaction } from './engines/engine-types.ts'
export type { CronJobDefinition, JobDefinition } from './jobs/job-definition.ts'
export { defineWorkflow } from './jobs/define-workflow.ts'
export { defineSignal, type Signal } from './events/define-signal.ts'
export type { Steps, WorkflowDefinition } from './jobs/steps.ts'

// Alerts
export { type AlertsOptions, defineAlerts } from './alerts/define-alerts.ts'
export type { AlertMessage } from './alerts/alert-message.ts'
export type { AlertReceiver } from './alerts/alert-receiver.ts'
export type { AlertRule } from './alerts/alert-rule.ts'

// Retries and time
export { NonRetryableError } from './errors/non-retryable-error.ts'
export { RetryAfterError } from './retry/retry-after-error.ts'
export type { RetryConfig } from './retry/retry-config.ts'
export { retryDelayMs } from './retry/retry-delay.ts'
export type { ReturnedErrors } from './jobs/returned-errors.ts'
export { nextRuns } from './time/cron-schedule.ts'
export type { Duration } from './options/duration.ts'

// Clients
export { createJobs, type Jobs, type JobsOptions, type TenantJobs } from './client/create-jobs.ts'
export { createJobClient, type JobClientOptions } from './client/create-job-client.ts'
export { getJobClient, setJobClient } from './client/default-client.ts'
export type { JobClient, TenantClient } from './client/job-client.ts'
export { createTenantRouter, type TenantRouterOptions } from './client/tenant-router/create-tenant-router.ts'
export type { KeyRecord } from './client/tenant-router/key-record.ts'

// Sending jobs and reading their status
export type { CancelOptions, ListOptions } from './client/job-client.ts'
export {
  cancelJob,
  cancelJobs,
  createSignalToken,
  getJobStatus,
  healthCheck,
  listJobs,
  listPauses,
  pauseJobs,
  resumeJobs,
  retryJob,
  scheduleJob,
  sendJob,
  sendJobs,
  signalJob,
  signalWithToken,
  waitForJob,
} from './client/module-functions.ts'
export type { SignalTokenOptions } from './client/signal-token-options.ts'
export type { SignalOptions } from './client/signal-job.ts'
export type { JobHandle, JobItem, ScheduleOptions, SendOptions, SendResult } from './sends/send-options.ts'
export type { Pause, PauseTarget } from './jobs/pause.ts'
export type { JobPage } from './status/job-page.ts'
export { findRun } from './runs/find-run.ts'
export { isEnded, type JobState } from './status/job-state.ts'
export type { JobStatus, RunStatus } from './status/job-status.ts'
export type { WaitReason } from './status/wait-reason.ts'

// Events
export { catalogue } from './events/catalogue/catalogue.ts'
export type { LineItem } from './events/catalogue/shared-fields.ts'
export { defineEvents } from './events/define-events.ts'
export { type EventType, type EventTypeOptions, eventType } from './events/event-type.ts'
export type { EventsOf, JobEvent, JobEvents, JobInput, JobPayload } from './events/job-events.ts'

// Hooks, middleware, instrumentation and logs
export type { Instrumentation } from './hooks/instrumentation.ts'
export { createDefaultLogger } from './logging/default-logger.ts'
export type { Logger, LoggerLike } from './logging/logger.ts'
export type { AttemptMiddleware } from './hooks/attempt-middleware.ts'
export type { AttemptInfo, JobHooks } from './hooks/hooks.ts'

// Engines
export type { Capabilities } from './engines/capabilities.ts'
export type { Health } from './provider/health.ts'
export type { JobProvider } from './provider/job-provider.ts'
