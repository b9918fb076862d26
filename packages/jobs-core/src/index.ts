export type { StandardSchemaV1 } from '@standard-schema/spec'

export { checkOptionNames } from './options/check-option-names.ts'
export { kindOf } from './options/kind-of.ts'
export { createClient, type ClientEngine, type ClientOptions } from './client/create-client.ts'
export {
  createEngineClient,
  createReadyClient,
  type EngineClientOptions,
  type OnlyEngine,
} from './client/create-engine-client.ts'
export { getJobClient, keepCronAsleep, provideDefaultClient, setJobClient } from './client/default-client.ts'
export type { DefaultClient } from './client/shared-clients.ts'
export type {
  CloseOptions,
  JobClient,
  JobOperations,
  ListOptions,
  TenantClient,
  TenantInput,
  TenantJobItem,
  WaitOptions,
} from './client/job-client.ts'
export {
  cancelJob,
  getJobStatus,
  healthCheck,
  listJobs,
  retryJob,
  scheduleJob,
  sendJob,
  sendJobs,
  waitForJob,
} from './client/module-functions.ts'
export type { JobHandle, JobItem, ScheduleOptions, SendOptions, SendResult } from './client/send-options.ts'

export { environment, isDevelopment } from './environment.ts'

export { AttemptsExhaustedError } from './errors/attempts-exhausted-error.ts'
export { ClientClosedError } from './errors/client-closed-error.ts'
export { DefinitionNotFoundError } from './errors/definition-not-found-error.ts'
export { DuplicateDefinitionError } from './errors/duplicate-definition-error.ts'
export { DuplicateEventError } from './errors/duplicate-event-error.ts'
export { IncompatibleCopiesError } from './errors/incompatible-copies-error.ts'
export { InvalidDefinitionError } from './errors/invalid-definition-error.ts'
export { InvalidOptionError } from './errors/invalid-option-error.ts'
export { JobCancelledError } from './errors/job-cancelled-error.ts'
export { JobNotFoundError } from './errors/job-not-found-error.ts'
export { JobNotRetryableError } from './errors/job-not-retryable-error.ts'
export { JobsError } from './errors/jobs-error.ts'
export { JobTimeoutError } from './errors/job-timeout-error.ts'
export { LeaseLostError } from './errors/lease-lost-error.ts'
export { NonRetryableError } from './errors/non-retryable-error.ts'
export { NotSerializableError } from './errors/not-serializable-error.ts'
export { OutputTooLargeError } from './errors/output-too-large-error.ts'
export { PayloadInvalidError, type PayloadIssue } from './errors/payload-invalid-error.ts'
export { PayloadTooLargeError } from './errors/payload-too-large-error.ts'
export { ProviderNotChosenError } from './errors/provider-not-chosen-error.ts'
export { ProviderNotInstalledError } from './errors/provider-not-installed-error.ts'
export { type FailedRequest, RequestFailedError } from './errors/request-failed-error.ts'
export { RetryAfterError } from './errors/retry-after-error.ts'
export { SendFailedError, type SendFailure } from './errors/send-failed-error.ts'
export { ShutdownError } from './errors/shutdown-error.ts'
export { StoreError, type StoreProblem } from './errors/store-error.ts'
export { TenantMismatchError } from './errors/tenant-mismatch-error.ts'
export { TenantRequiredError } from './errors/tenant-required-error.ts'
export { InvalidStepError } from './errors/invalid-step-error.ts'
export { StepFailedError } from './errors/step-failed-error.ts'
export { StepRecordsTooLargeError } from './errors/step-records-too-large-error.ts'
export { TooManyStepsError } from './errors/too-many-steps-error.ts'
export { WorkflowChangedError } from './errors/workflow-changed-error.ts'
export { UnknownEventError } from './errors/unknown-event-error.ts'
export { UnsupportedFeatureError } from './errors/unsupported-feature-error.ts'
export { type WaitTimeout, WaitTimeoutError } from './errors/wait-timeout-error.ts'

export type { AnalyticsPageView, AnalyticsTrack } from './events/catalogue/analytics-events.ts'
export type { BuiltInEvents } from './events/catalogue/built-in-events.ts'
export { catalogue, loadCatalogue } from './events/catalogue/catalogue.ts'
export type { OrderCreated, OrderDelivered, OrderFulfilled, OrderRefunded } from './events/catalogue/commerce-events.ts'
export type { EmailReviewRequest, EmailSend } from './events/catalogue/email-events.ts'
export type { LineItem, PostalAddress, TenantPayload } from './events/catalogue/shared-fields.ts'
export type { WebhookProcess, WebhookReceived } from './events/catalogue/webhook-events.ts'
export { defineEvents } from './events/define-events.ts'
export { decodeEnvelope, encodeEnvelope, type Envelope } from './events/envelope.ts'
export { eventNames } from './events/event-registry.ts'
export { type EventType, eventType } from './events/event-type.ts'
export type { EventsOf, JobEvent, JobEvents, JobInput, JobPayload } from './events/job-events.ts'
export { createJobId } from './events/job-id.ts'
export type { Json } from './events/json.ts'
export { systemTenantId } from './events/reserved-names.ts'

export type { DefinitionOptions } from './jobs/check-definition.ts'
export type { Concurrency, ConcurrencyLimits } from './jobs/concurrency.ts'
export { claimCronJob, onCronReleased, releaseCronJobs } from './jobs/cron-claims.ts'
export { type CronJobOptions, defineCronJob } from './jobs/define-cron-job.ts'
export { defineJob, type JobOptions } from './jobs/define-job.ts'
export type { EventMessage } from './jobs/event-message.ts'
export type { CronContext, JobContext } from './jobs/job-context.ts'
export type {
  BaseDefinition,
  CronJobDefinition,
  Definition,
  EventDefinition,
  JobDefinition,
  JobOutput,
} from './jobs/job-definition.ts'
export type { AsJson } from './jobs/as-json.ts'
export { eventOf } from './jobs/event-of.ts'
export { ambientJobs, createJobRegistry, type JobRegistry, toJobRegistry } from './jobs/job-registry.ts'
export type { LocalOptions, ProviderOptions, ProviderOptionTypes, SqliteTransaction } from './jobs/provider-options.ts'

export { createDefaultLogger, type LogOutput } from './logging/default-logger.ts'
export { bindLogger, type LogFields, type Logger, type LoggerLike, type LogLevel } from './logging/logger.ts'

export { type Capabilities, type Feature, type FeatureSupport, portablePayloadBytes } from './provider/capabilities.ts'
export {
  checkProviderName,
  chooseProvider,
  type ChosenProvider,
  explainProvider,
  type ProviderName,
  providerNames,
} from './provider/choose-provider.ts'
export { checkDefinitionSupport, findUnsupported, requireFeature } from './provider/check-support.ts'
export { type OwnOptions, refusedOptions } from './provider/own-options.ts'
export type { Health } from './provider/health.ts'
export type { JobPage, ListQuery } from './provider/job-page.ts'
export type { Accepted, JobHost, JobProvider } from './provider/job-provider.ts'

export type { Backoff, RetryConfig, RetryPolicy } from './retry/retry-config.ts'
export { retryDelayMs } from './retry/retry-delay.ts'

export type { FanOut } from './runs/call-handler.ts'
export { cronEventOf, cronJobIdOf, scheduledAtOf, toCronEnvelope } from './runs/cron-event.ts'
export {
  dispatchTick,
  missedTickAfterMs,
  tenantsOf,
  tickToDispatch,
  type TickHost,
  type TickReport,
} from './runs/dispatch-tick.ts'
export { cutErrorInfo } from './runs/cut-error-info.ts'
export { type JobErrorInfo, toErrorInfo } from './runs/error-info.ts'
export type { EngineLimits } from './runs/failure.ts'
export { findRun } from './runs/find-run.ts'
export type { AttemptInfo, JobHooks, SendInfo } from './runs/hooks.ts'
export { isEnded, type JobState, jobStateOf, newestRuns, type RunInJob } from './runs/job-state.ts'
export type { JobStatus, RunStatus } from './runs/job-status.ts'
export { type JobStatusFacts, jobStatusOf } from './runs/job-status-of.ts'
export { maxAttemptsOf } from './runs/max-attempts.ts'
export type { Outcome } from './runs/outcome.ts'
export type { AttemptOptions } from './runs/attempt.ts'
export { runAttempt } from './runs/run-attempt.ts'
export { runDetached, runWithClient } from './runs/scope.ts'

export type { Clock, Timer } from './time/clock.ts'
export { type CronSchedule, nextRuns } from './time/cron-schedule.ts'
export { type Duration, maxDurationMs, toMilliseconds } from './time/duration.ts'
export { latestTick } from './time/latest-tick.ts'
export { pause } from './time/pause.ts'
export { systemClock } from './time/system-clock.ts'
export { within } from './time/within.ts'

export {
  answerEventWait,
  answerJobWait,
  answerMissingJob,
  type AwaitableEvent,
  matchesEvent,
} from './workflows/answer-waits.ts'
export { attemptStep, type StepAttempt, type StepOutcome } from './workflows/attempt-step.ts'
export { longerGrace, undoGraceMs } from './workflows/grace.ts'
export { kindChanged, undoUnreached } from './workflows/misfits.ts'
export { defineWorkflow, type WorkflowOptions } from './workflows/define-workflow.ts'
export { recordedSteps } from './workflows/recorded-steps.ts'
export type { StepRecords } from './workflows/step-records.ts'
export type * from './workflows/step-call.ts'
export type { CodeEnd, StepEngine, StepEngineFactory, StepTools } from './workflows/step-engine.ts'
export { type StepStatus, toStepStatus, type UndoStatus } from './workflows/step-status.ts'
export type { StepContext, StepOptions, Steps, StepSendOptions, WaitForEventOptions } from './workflows/steps.ts'
export type { WorkflowDefinition } from './workflows/workflow-definition.ts'
export {
  continueRecord,
  endStep,
  isStepEnded,
  newWorkflowRecord,
  stepDueAt,
  type StepRecord,
  type StepState,
  type UndoRecord,
  type WorkflowRecord,
} from './workflows/workflow-record.ts'
export { errorFrom } from './runs/error-from.ts'
