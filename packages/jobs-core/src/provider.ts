/**
 * The API for providers: the contract and the rules that apply on every engine.
 *
 * @module jobs-core/provider
 */

// Engines: the provider contract, and how one is chosen
export { registerEngine } from './client/register-engine.ts'
export { allFeatures, type Feature, type FeatureSupport, portablePayloadBytes } from './engines/capabilities.ts'
export { declareFeatures } from './engines/declare-features.ts'
export { checkDefinitionSupport, findUnsupported, requireFeature } from './provider/check-support.ts'
export { chooseEngine, type ChosenEngine, requireEngine } from './provider/choose-engine.ts'
export { loadEngine } from './provider/load-engine.ts'
export { didYouMean } from './options/did-you-mean.ts'
export { findUnreadVariables } from './provider/find-unread-variables.ts'
export type { MisnamedVariable } from './provider/find-misnamed-variable.ts'
export type {
  DoctorConfigOptions,
  EngineDescriptor,
  EngineFile,
  EngineSetup,
  EngineVariable,
  VendorSdk,
} from './engines/engine-descriptor.ts'
export { type CreateProvider, type Engine, engines } from './provider/engine-registry.ts'
export type {
  EngineName,
  LoadableEngines,
  ProviderConfig,
  ProviderConfigTypes,
  ProviderOptions,
  ProviderOptionTypes,
  ProviderSendOptions,
  ProviderSendOptionTypes,
} from './engines/engine-types.ts'
export type { InspectFilter, InspectQuery, JobInspection } from './provider/job-inspection.ts'
export { endsWithin } from './inspection/ends-within.ts'
export { countMayExceed, describeCount } from './inspection/describe-count.ts'
export { type RunFacts, summarizeRuns } from './inspection/summarize-runs.ts'
export type { ListQuery } from './status/job-page.ts'
export type { EnvelopeResult } from './sends/envelope-result.ts'
export { findUnsupportedOptions, type ProviderOptionRules } from './provider/check-provider-options.ts'
export type { ProviderChoice } from './provider/provider-choice.ts'

// Clients
export { internalsOf } from './client/client-internals.ts'
export type { ClientOptions } from './client/client-options.ts'
export type {
  Activity,
  AttemptActivity,
  AttemptPart,
  Instrumentation,
  PartEnd,
  SendActivity,
  SettledJob,
  StartedAttempt,
  TraceFields,
} from './hooks/instrumentation.ts'
export { type ClientEngine, createClient } from './client/create-client.ts'
export { disableCronAutoStart } from './client/default-client.ts'
export { limitToTenant, type LimitedClient } from './client/limit-to-tenant.ts'
export { limitedMessage } from './client/limited-message.ts'
export { hasTenantRouter } from './ambient/router-link.ts'
export type { CloseOptions, JobOperations, TenantJobItem, WaitOptions } from './client/job-client.ts'

// Options and their checks
export { environment, isDevelopment, isProduction } from './runtime/environment.ts'
export { invalidOption } from './options/check-option-names.ts'
export { type CheckedOptions, type DeclaredOptions, declareOptions } from './options/declare-options.ts'
export { kindOf } from './options/kind-of.ts'
export { boolean, custom, duration, group, integer, oneOf, string, url } from './options/kinds.ts'
export type { CreateOptionError, Option, OptionRules } from './options/option.ts'

// Definitions
export type { AsJson } from './jobs/as-json.ts'
export type { Concurrency, ConcurrencyLimits, ConcurrencyOptions } from './jobs/concurrency.ts'
export { afterStart, byLimits, nextStartAt, type ThrottleState } from './jobs/gcra.ts'
export { payloadKeyOf } from './jobs/payload-key.ts'
export type { Throttle, ThrottleLimits } from './jobs/throttle.ts'
export { priorityOf } from './sends/priority.ts'
export { claimCronJob, onCronJobsReleased, releaseCronJobs } from './jobs/cron-claims.ts'
export type { BatchOutputs } from './jobs/batch-job-definition.ts'
export type { BatchJobOptions, PayloadBatchJobOptions } from './jobs/define-batch-job.ts'
export type { CronJobOptions } from './jobs/define-cron-job.ts'
export type { JobOptions, PayloadJobOptions } from './jobs/define-job.ts'
export type { Debounce, DebounceTimes } from './jobs/debounce.ts'
export type { DefinitionOptions, DebounceableOptions } from './jobs/definition-options.ts'
export type { EventDefinition } from './jobs/definition.ts'
export { eventOf } from './jobs/event-of.ts'
export type { BaseDefinition } from './jobs/job-definition.ts'
export {
  processJobs,
  createJobRegistry,
  type JobRegistry,
  toJobRegistry,
  withSeparateRegistry,
} from './jobs/job-registry.ts'
export type { DuplicateDefinition } from './jobs/duplicate-definitions.ts'

// Events and envelopes
export type { StandardSchemaV1 } from '@standard-schema/spec'
export type { AnalyticsPageView, AnalyticsTrack } from './events/catalogue/analytics-events.ts'
export type { BuiltInEvents } from './events/catalogue/built-in-events.ts'
export { loadCatalogue } from './events/catalogue/catalogue.ts'
export type { OrderCreated, OrderDelivered, OrderFulfilled, OrderRefunded } from './events/catalogue/commerce-events.ts'
export type { EmailReviewRequest, EmailSend } from './events/catalogue/email-events.ts'
export type { PostalAddress, TenantPayload } from './events/catalogue/shared-fields.ts'
export type { WebhookProcess, WebhookReceived } from './events/catalogue/webhook-events.ts'
export {
  type WireEnvelope,
  decodeEnvelope,
  encodeEnvelope,
  type Envelope,
  toWireEnvelope,
  toExternalEnvelope,
} from './events/envelope.ts'
export { eventNames } from './events/event-registry.ts'
export type { EventName, TenantInput } from './events/job-events.ts'
export type { OwnEvent } from './events/own-event.ts'
export type { OwnJob } from './jobs/own-job.ts'
export type { OwnItem } from './sends/send-options.ts'
export type { JobSender, TenantSender } from './sends/job-sender.ts'
export { beforeJobIdsSince, createJobId, sentAtOf } from './events/job-id.ts'
export { copyJson, type Json, mayExceed } from './values/json.ts'
export { systemTenantId } from './values/reserved-names.ts'

// Attempts
export type { Backoff, RetryPolicy } from './retry/retry-config.ts'
export type { AttemptOptions, AttemptReceiver, AttemptReplay } from './runs/attempt.ts'
export type { AttemptHost, JobHost } from './runs/job-host.ts'
export { EndOfTurn } from './runs/end-of-turn.ts'
export type { StopNotice, Stoppable } from './runs/run-until-stopped.ts'
export type { EngineLimits } from './engines/engine-limits.ts'
export type { SendInfo } from './hooks/hooks.ts'
export { maxAttemptsOf } from './runs/max-attempts.ts'
export type { Outcome } from './hooks/outcome.ts'
export { suspension } from './runs/run-until-stopped.ts'
export type { BatchItem } from './runs/batch-member.ts'
export { runAttempt, startAttempt } from './provider/run-attempt.ts'
export { startBatch } from './runs/start-batch.ts'
export { createScope, runDetached, runWithClient, type Scope } from './ambient/async-context.ts'

// Cron ticks
export { cronEventOf, cronJobIdOf, scheduledAtOf, toCronEnvelope } from './jobs/cron-event.ts'
export {
  dispatchTick,
  missedTickAfterMs,
  type TickHost,
  type TickReport,
  tickToDispatch,
} from './runs/dispatch-tick.ts'
export type { CronSchedule } from './time/cron-schedule.ts'
export { latestTick } from './time/latest-tick.ts'

// Status of jobs and runs
export { jobStateOf, jobStates, newestRuns, type RunInJob } from './status/job-state.ts'
export { type JobStatusFacts, jobStatusOf } from './status/job-status-of.ts'

// Workflows
export {
  resolveEventWait,
  resolveJobWait,
  failMissingJobWait,
  type AwaitableEvent,
  matchesEvent,
} from './workflows/resolve-waits.ts'
export { attemptStep, type StepAttemptOptions, type StepOutcome } from './workflows/attempt-step.ts'
export type { WorkflowOptions } from './jobs/define-workflow.ts'
export { extendGraceMs, compensationGraceMs } from './workflows/grace-time.ts'
export { stepKindChangedError, compensationUnreachedError } from './workflows/workflow-change-errors.ts'
export { createRecordedStepEngine } from './workflows/recorded-step-engine.ts'
export type { ReplayHistory } from './steps/replay-history.ts'
export type { ReplayResult, StepEngine, StepEngineFactory, ReplayContext } from './steps/step-engine.ts'
export type { StepRecordStore } from './steps/step-record-store.ts'
export type {
  CompensationState,
  CompensationStatus,
  EventMatch,
  StepKind,
  StepState,
  StepStatus,
} from './status/step-status.ts'
export { toStepStatus } from './steps/to-step-status.ts'
export type { StepContext, StepOptions, StepSendOptions, WaitForEventOptions } from './jobs/steps.ts'
export {
  retryWorkflowRecord,
  endStep,
  isStepEnded,
  createWorkflowRecord,
  stepDueAt,
  type StepRecord,
  type CompensationRecord,
  type WorkflowRecord,
} from './steps/workflow-record.ts'
export { shiftStepTimes } from './workflows/shift-step-times.ts'
export type * from './steps/step-call.ts'

// Requests to hosted engines
export {
  resolveOptionalRequest,
  resolveRequest,
  failedSend,
  type RequestDescription,
} from './hosted/resolve-request.ts'
export {
  createRequester,
  type Requester,
  type RequesterOptions,
  type RequestOptions,
  type Request,
  maxHealthWaitMs,
  requestTimeoutMs,
} from './hosted/create-requester.ts'
export { BoundedMap } from './runtime/bounded-map.ts'
export { type ScheduledTick, dispatchScheduledTick, tickRetryDelaysMs } from './hosted/dispatch-scheduled-tick.ts'
export {
  type FailedResponse,
  permanentFailure,
  type EngineAddress,
  responseFailure,
  connectionFailure,
  timeoutFailure,
} from './hosted/classify-failure.ts'
export { createSharedReads, type SharedReads } from './hosted/shared-reads.ts'
export { readRetryAfter } from './hosted/read-retry-after.ts'
export { hashOf } from './runtime/hash-of.ts'
export { limitsOf } from './engines/limits-of.ts'
export { mapWithConcurrency, forEachWithConcurrency } from './runtime/map-with-concurrency.ts'
export { type Failure, RequestFailure } from './hosted/request-failure.ts'
export { type JsonResponse, type JsonRequest, requestJson } from './hosted/request-json.ts'
export { type HostTestOptions, type HostOptions, hostOptions, prepareHost } from './hosted/prepare-host.ts'

// Errors and logs
export type { PayloadIssue } from './errors/payload-invalid-error.ts'
export { isTransientStatus } from './errors/is-transient-status.ts'
export type { FailedRequest } from './errors/request-failed-error.ts'
export type { SendFailure } from './errors/send-failed-error.ts'
export type { StoreProblem } from './errors/store-error.ts'
export type { WaitTimeout } from './errors/wait-timeout-error.ts'
export { shortenStack } from './logging/shorten-stack.ts'
export { logLevelError, type LogOutput } from './logging/default-logger.ts'
export { escapeInvisible, escapeInvisibleInJson } from './logging/escape-invisible.ts'
export { warnOnce } from './logging/warn-once.ts'
export { bindLogger, type LogFields, type LogLevel } from './logging/logger.ts'
export { errorFrom } from './errors/error-from.ts'
export { type JobErrorInfo, toErrorInfo } from './errors/error-info.ts'

// Time
export { type Clock, elapsedOf, type Timer } from './time/clock.ts'
export { maxDurationMs, toMilliseconds } from './options/duration.ts'
export { pause } from './time/pause.ts'
export { systemClock } from './time/system-clock.ts'
export { awaitAtMost } from './time/await-at-most.ts'
