/**
 * The API for apps, on any engine. `@cgk-platform/jobs` exports all of it.
 *
 * @module jobs-core
 */

// Defining jobs
export type { BatchContext, BatchEvent, BatchJobDefinition } from './jobs/batch-job-definition.ts'
export { defineBatchJob } from './jobs/define-batch-job.ts'
export { defineCronJob } from './jobs/define-cron-job.ts'
export { defineJob } from './jobs/define-job.ts'
export type { Definition, JobOutput } from './jobs/definition.ts'
export type { EventMessage } from './jobs/event-message.ts'
export type { CronContext, JobContext } from './jobs/job-context.ts'
export type { CronJobDefinition, JobDefinition } from './jobs/job-definition.ts'
export { defineWorkflow } from './jobs/define-workflow.ts'
export type { Steps, WorkflowDefinition } from './jobs/steps.ts'

// Retries and time
export type { RetryConfig } from './retry/retry-config.ts'
export { retryDelayMs } from './retry/retry-delay.ts'
export type { ReturnedErrors } from './jobs/returned-errors.ts'
export { nextRuns } from './time/cron-schedule.ts'
export type { Duration } from './options/duration.ts'

// Clients
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
  waitForJob,
} from './client/module-functions.ts'
export type { JobHandle, JobItem, ScheduleOptions, SendOptions, SendResult } from './sends/send-options.ts'
export type { Pause, PauseTarget } from './jobs/pause.ts'
export type { JobPage } from './status/job-page.ts'
export { findRun } from './runs/find-run.ts'
export { isEnded, type JobState } from './status/job-state.ts'
export type { JobStatus, RunStatus } from './status/job-status.ts'

// Inspecting and steering jobs
export type { DefinitionInfo } from './inspection/definition-info.ts'
export type { EventInfo } from './inspection/event-info.ts'
export type { CountGroup, JobCount, JobCounts } from './status/job-counts.ts'
export type { AttemptDetails, JobDetails, RunDetails } from './status/job-details.ts'
export type { JobFilter } from './status/job-filter.ts'
export type { JobSelection } from './inspection/job-selection.ts'
export type {
  ChangeJobsOptions,
  ChangeJobsResult,
  CountOptions,
  InspectListOptions,
  JobInspector,
  JobsChange,
  StatsOptions,
  SubscribeOptions,
  TenantInspector,
} from './inspection/job-inspector.ts'
export type { GroupStats, JobStats } from './inspection/job-stats.ts'
export type { JobSummary, JobSummaryPage, RunSummary, ShortError } from './status/job-summary.ts'
export type { WorkerInfo } from './status/worker-info.ts'

// Events
export { catalogue } from './events/catalogue/catalogue.ts'
export type { LineItem } from './events/catalogue/shared-fields.ts'
export { defineEvents } from './events/define-events.ts'
export { type EventType, eventType } from './events/event-type.ts'
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

// Errors
export { AttemptsExhaustedError } from './errors/attempts-exhausted-error.ts'
export { ClientClosedError } from './errors/client-closed-error.ts'
export { DefinitionNotFoundError } from './errors/definition-not-found-error.ts'
export { DuplicateDefinitionError } from './errors/duplicate-definition-error.ts'
export { DuplicateEventError } from './errors/duplicate-event-error.ts'
export { IncompatibleCopiesError } from './errors/incompatible-copies-error.ts'
export { InvalidDefinitionError } from './errors/invalid-definition-error.ts'
export { InvalidOptionError } from './errors/invalid-option-error.ts'
export { InvalidStepError } from './errors/invalid-step-error.ts'
export { JobCancelledError } from './errors/job-cancelled-error.ts'
export { JobExpiredError } from './errors/job-expired-error.ts'
export { JobSupersededError } from './errors/job-superseded-error.ts'
export { JobLostError } from './errors/job-lost-error.ts'
export { JobNotFoundError } from './errors/job-not-found-error.ts'
export { JobNotRetryableError } from './errors/job-not-retryable-error.ts'
export { JobNotVisibleError } from './errors/job-not-visible-error.ts'
export { JobTimeoutError } from './errors/job-timeout-error.ts'
export { JobsError } from './errors/jobs-error.ts'
export { LeaseLostError } from './errors/lease-lost-error.ts'
export { NonRetryableError } from './errors/non-retryable-error.ts'
export { NotSerializableError } from './errors/not-serializable-error.ts'
export { OutputTooLargeError } from './errors/output-too-large-error.ts'
export { PayloadInvalidError } from './errors/payload-invalid-error.ts'
export { PayloadTooLargeError } from './errors/payload-too-large-error.ts'
export { ProviderNotChosenError } from './errors/provider-not-chosen-error.ts'
export { ProviderNotInstalledError } from './errors/provider-not-installed-error.ts'
export { RequestFailedError } from './errors/request-failed-error.ts'
export { RetryAfterError } from './retry/retry-after-error.ts'
export { ReturnedError } from './errors/returned-error.ts'
export { RunTimeoutError } from './errors/run-timeout-error.ts'
export { SendFailedError } from './errors/send-failed-error.ts'
export { ShutdownError } from './errors/shutdown-error.ts'
export { StepFailedError } from './errors/step-failed-error.ts'
export { StepRecordsTooLargeError } from './errors/step-records-too-large-error.ts'
export { StoreError } from './errors/store-error.ts'
export { TenantMismatchError } from './errors/tenant-mismatch-error.ts'
export { TenantRequiredError } from './errors/tenant-required-error.ts'
export { TooManyStepsError } from './errors/too-many-steps-error.ts'
export { UnknownEventError } from './errors/unknown-event-error.ts'
export { UnsupportedFeatureError } from './errors/unsupported-feature-error.ts'
export { WaitInHandlerError } from './errors/wait-in-handler-error.ts'
export { WaitTimeoutError } from './errors/wait-timeout-error.ts'
export { WorkflowChangedError } from './errors/workflow-changed-error.ts'
